namespace OrleansIM.Client.Internal;

/// <summary>Waiting for what somebody else does.</summary>
internal static class Waiting
{
    /// <summary>Waits for the end of <paramref name="task"/>, however it ends, without taking its result.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled first.</exception>
    public static async Task UntilAsync(this Task task, CancellationToken ct)
    {
        if (!task.IsCompleted)
        {
            ct.ThrowIfCancellationRequested();
            var cancelled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registered = ct.Register(static waiting => ((TaskCompletionSource<bool>)waiting!).TrySetResult(true), cancelled);
            await Task.WhenAny(task, cancelled.Task).ConfigureAwait(false);
        }

        if (!task.IsCompleted)
        {
            ct.ThrowIfCancellationRequested();
        }
    }
}
