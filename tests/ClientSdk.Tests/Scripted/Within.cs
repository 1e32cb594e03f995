namespace OrleansIM.Client.Tests.Scripted;

/// <summary>Bounded waits that say what they waited for.</summary>
internal static class Within
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<T> Time<T>(this Task<T> task, string what)
    {
        await ((Task)task).Time(what);
        return await task;
    }

    public static async Task Time(this Task task, string what)
    {
        using var stop = new CancellationTokenSource();
        if (await Task.WhenAny(task, Task.Delay(Limit, stop.Token)) != task)
        {
            throw new TimeoutException($"Waited {Limit.TotalSeconds} s for {what}.");
        }

        await stop.CancelAsync();
        await task;
    }

    public static async Task<ImException> Refused(this Task task, string code, string what)
    {
        var error = await Assert.ThrowsAsync<ImException>(() => task.Time(what));
        Assert.Equal(code, error.Code);
        return error;
    }
}
