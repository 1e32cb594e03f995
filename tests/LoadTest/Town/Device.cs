using System.Diagnostics;
using OrleansIM.Client;
using OrleansIM.Client.Internal;
using OrleansIM.LoadTest.Load;
using OrleansIM.LoadTest.Wire;

namespace OrleansIM.LoadTest.Town;

/// <summary>A session: an SDK client, listened to on both sides of the SDK.</summary>
internal sealed class Device : IAsyncDisposable
{
    private readonly LoadRun _run;
    private readonly TapListener _listener;
    private readonly CancellationTokenSource _reading = new();
    private readonly TaskCompletionSource _signedOut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reader = Task.CompletedTask;
    private volatile bool _isOpen;
    private long _brokeAt;

    public Device(Account viewer, LoadRun run)
    {
        (Viewer, _run) = (viewer, run);
        Label = FormattableString.Invariant($"session {run.NextSession()} of {viewer.Name}");
        _listener = new TapListener(viewer.Number, Label, run.Shared);
        Client = new ImClient(new ImClientOptions
        {
            Server = run.Server.Gateways[0],
            Device = "load test",
            HttpHandler = run.Http,
            EventBuffer = 1 << 20,
            RecentPerPage = 0,
            RequestTimeout = run.RequestTimeout,
            ConnectTimeout = run.RequestTimeout,
            Reconnect = new ReconnectPolicy { Max = TimeSpan.FromSeconds(3) },
            StreamTransport = () => new Tap(new WebSocketTransport(configure: null), _listener),
        });
    }

    public Account Viewer { get; }

    public string Label { get; }

    public ImClient Client { get; }

    /// <summary>Whether the connection is up, as far as the SDK has said.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Whether the session has ended for good.</summary>
    public bool HasEnded => _signedOut.Task.IsCompleted;

    /// <summary>How far each page is, on the newest connection.</summary>
    public IReadOnlyDictionary<int, long> Cursors => new Dictionary<int, long>(_listener.Current?.Check?.Cursors ?? []);

    /// <summary>Signs in with the password, or with a token where there is one.</summary>
    public async Task SignInAsync(string? token, CancellationToken stop)
    {
        _reader = ReadAsync();
        if (token is null)
        {
            await Client.SignInAsync(Viewer.Name, LoadRun.Password, stop);
        }
        else
        {
            await Client.ConnectAsync(new Session(Viewer.Name, token), stop);
        }

        _isOpen = true;
    }

    /// <summary>Breaks the connection without a word.</summary>
    public void Cut()
    {
        _isOpen = false;
        _listener.Current?.Cut();
    }

    public async ValueTask DisposeAsync()
    {
        _isOpen = false;
        await Client.DisposeAsync();
        await _reading.CancelAsync();
        await _reader;
        _reading.Dispose();
    }

    private async Task ReadAsync()
    {
        var check = new SessionCheck(Label, _run.World.Findings);
        try
        {
            await foreach (var happened in Client.EventsAsync(_reading.Token))
            {
                check.Take(happened);
                switch (happened)
                {
                    case Reconnecting { Attempt: 1 }:
                        _isOpen = false;
                        _brokeAt = Stopwatch.GetTimestamp();
                        break;
                    case Reconnected:
                        _isOpen = true;
                        _run.Counters.Reconnect();
                        break;
                    case SignedOut out_:
                        _isOpen = false;
                        if (out_.Error is { } error)
                        {
                            _run.Counters.Error($"session ended: {error.Code}");
                        }

                        _signedOut.TrySetResult();
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
        catch (ImException ended)
        {
            _run.Counters.Error($"events: {ended.Code}");
        }
    }
}
