using System.Collections.Concurrent;

namespace OrleansIM.Solo.Tests;

/// <summary>Where a grain and its test meet: named moments that one reaches and the other waits for.</summary>
public sealed class Probe
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _moments = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _notes = new();

    public Task When(string moment) => Moment(moment).Task;

    public void Reach(string moment) => Moment(moment).TrySetResult();

    public bool HasReached(string moment) => Moment(moment).Task.IsCompleted;

    public void Note(string about, string what) => _notes.GetOrAdd(about, _ => new()).Enqueue(what);

    public IReadOnlyList<string> Notes(string about) => _notes.TryGetValue(about, out var notes) ? [.. notes] : [];

    private TaskCompletionSource Moment(string name)
        => _moments.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>Waits that end, and say what did not come.</summary>
public static class Wait
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static async Task For(Task task, string what)
    {
        if (await Task.WhenAny(task, Task.Delay(s_limit)) != task)
        {
            throw new WaitedInVainException($"Waited {s_limit} in vain for {what}.");
        }

        await task;
    }

    public static async Task<T> For<T>(Task<T> task, string what)
    {
        await For((Task)task, what);
        return await task;
    }

    public static Task For(Probe probe, string moment) => For(probe.When(moment), moment);

    /// <summary>For what no event tells: asks until it holds.</summary>
    public static async Task Until(Func<Task<bool>> holds, string what)
    {
        var end = DateTime.UtcNow + s_limit;
        while (!await holds())
        {
            if (DateTime.UtcNow > end)
            {
                throw new WaitedInVainException($"Waited {s_limit} in vain until {what}.");
            }

            await Task.Delay(20);
        }
    }
}

/// <summary>A test's own patience is over: never to be taken for an exception of the engine.</summary>
public sealed class WaitedInVainException(string message) : Exception(message);
