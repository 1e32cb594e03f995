using OrleansIM.Grains;

namespace OrleansIM.Silo.Tests.Storage;

public interface INoteGrain : IGrainWithStringKey
{
    Task<string?> ReadAsync();

    Task WriteAsync(string text);

    Task ClearAsync();

    Task RemindAsync(string name);

    Task<bool> ForgetAsync(string name);

    Task<string> WhereAsync();
}

/// <summary>A grain with a state and reminders: what ours do with storage, and no more.</summary>
internal sealed class NoteGrain([PersistentState("test-note", StorageNames.State)] IPersistentState<NoteState> note, ILocalSiloDetails silo)
    : Grain, INoteGrain, IRemindable
{
    public Task<string?> ReadAsync() => Task.FromResult(note.State.Text);

    public Task WriteAsync(string text)
    {
        note.State = note.State with { Text = text };
        return note.WriteStateAsync();
    }

    public Task ClearAsync() => note.ClearStateAsync();

    public Task RemindAsync(string name) => this.RegisterOrUpdateReminder(name, TimeSpan.FromHours(1), TimeSpan.FromHours(1));

    public async Task<bool> ForgetAsync(string name)
    {
        if (await this.GetReminder(name) is not { } reminder)
        {
            return false;
        }

        await this.UnregisterReminder(reminder);
        return true;
    }

    public Task<string> WhereAsync() => Task.FromResult(silo.SiloAddress.ToString());

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;
}

internal sealed record NoteState
{
    public string? Text { get; init; }
}
