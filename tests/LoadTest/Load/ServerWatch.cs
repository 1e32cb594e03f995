namespace OrleansIM.LoadTest.Load;

/// <summary>
/// Whether there still is a server to put under load, looked at from the first account to the last log: without one a run
/// would go on to its end, and wait for answers after it, for nothing.
/// </summary>
internal sealed class ServerWatch : IAsyncDisposable
{
    /// <summary>So long on end nothing may come from the server that is asked.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(500);

    private readonly LoadRun _run;
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _watching;

    /// <summary>Begins to look.</summary>
    public ServerWatch(LoadRun run)
    {
        _run = run;
        Gone = _gone.Token;
        _watching = WatchAsync();
    }

    /// <summary>Is cancelled when there is no server any more.</summary>
    public CancellationToken Gone { get; }

    /// <summary>Why there is none; null while there is one.</summary>
    public string? Reason { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
        _gone.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(s_period);
        while (await timer.WaitForNextTickAsync(_ending.Token))
        {
            if ((_run.Server.WhyGone ?? WhyUnreachable()) is { } reason)
            {
                Reason = reason;
                await _gone.CancelAsync();
                return;
            }
        }
    }

    private string? WhyUnreachable() => _run.Shared.Endpoints.AskedInVainFor >= Patience
        ? FormattableString.Invariant($"nothing has come from {_run.Server.Description} for {Patience.TotalSeconds:0} s, and nobody could connect")
        : null;
}
