namespace OrleansIM.Solo.Tests.Grains;

public interface IReminderGrain : IGrainWithStringKey
{
    Task<string> Register(string name, TimeSpan due, TimeSpan period);
    Task<bool> Unregister(string name);
    Task<List<string>> Names();
    Task End();
}

[GrainType("test.reminder")]
public sealed class ReminderGrain(Probe probe) : Grain, IReminderGrain, IRemindable
{
    public async Task<string> Register(string name, TimeSpan due, TimeSpan period)
        => (await this.RegisterOrUpdateReminder(name, due, period)).ReminderName;

    public async Task<bool> Unregister(string name)
    {
        if (await this.GetReminder(name) is not { } reminder)
        {
            return false;
        }

        await this.UnregisterReminder(reminder);
        return true;
    }

    public async Task<List<string>> Names() => [.. (await this.GetReminders()).Select(r => r.ReminderName).Order()];

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        var about = $"{this.GetPrimaryKeyString()} {reminderName}";
        probe.Note(about, $"{status.Period} {(status.CurrentTickTime - status.FirstTickTime).TotalMinutes:0}");
        probe.Reach($"{about} {probe.Notes(about).Count}");
        return probe.HasReached(about + " fails") ? throw new OddException("reminder") : Task.CompletedTask;
    }
}
