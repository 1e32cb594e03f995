using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>
/// A signed-in session: one connection after the other until it is signed out, refused or stopped. What arrives is in
/// StreamSession.Frames.cs.
/// </summary>
internal sealed partial class StreamSession(ImClientOptions options, string token, PageBook pages, IStreamListener told) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<bool> _firstReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Uri _address = StreamAddress(options.Server);
    private readonly ClientMetrics _metrics = options.Metrics;
    private Task _loop = Task.CompletedTask;
    private volatile StreamConnection? _connection;
    private volatile bool _stopping;
    private int _stopped;
    private volatile HelloAnswer? _hello;
    private volatile TaskCompletionSource<bool>? _pause;

    public string Token { get; } = token;

    public RequestTable Requests { get; } = new();

    public SaidPresence Presence { get; } = new(options.Presence);

    /// <summary>The answer to the last <c>hello</c>.</summary>
    public HelloAnswer? Hello => _hello;

    /// <summary>Begins to connect.</summary>
    /// <param name="keepsTrying">Whether the first connection may fail and be tried again.</param>
    public void Start(bool keepsTrying) => _loop = Task.Run(() => RunAsync(keepsTrying), CancellationToken.None);

    /// <summary>Ends when all pages are there.</summary>
    /// <param name="limit">How long that may take. Null: as long as it takes.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException">Refused, stopped, or not ready in time.</exception>
    public async Task ReadyAsync(TimeSpan? limit, CancellationToken ct)
    {
        if (limit is null)
        {
            await _firstReady.Task.UntilAsync(ct).ConfigureAwait(false);
        }
        else if (!await options.Clock.EndsWithinAsync(_firstReady.Task, limit.Value, ct).ConfigureAwait(false))
        {
            throw new ImException(ErrorCodes.Unavailable,
                $"The stream was not ready within {limit.Value.TotalSeconds:0.###} s.", inner: new TimeoutException());
        }

        await _firstReady.Task.ConfigureAwait(false);
    }

    /// <summary>The network may be another: does not wait for the next attempt, and does not trust the connection that is there.</summary>
    public void Hurry()
    {
        _pause?.TrySetResult(true);
        if (_connection is { } connection && Hello is { HeartbeatMs: > 0 } hello)
        {
            _ = connection.ProbeAsync(JsonRead.Span(hello.HeartbeatMs), Ping(connection));
        }
    }

    /// <summary>Ends the session: the socket is closed and everything that waits for an answer fails.</summary>
    public async Task StopAsync(ImException reason)
    {
        _stopping = true;
        Requests.Close(reason);
        _firstReady.TrySetException(reason);
        _ = _firstReady.Task.Exception;
        if (_connection is { } connection)
        {
            await connection.CloseAsync().ConfigureAwait(false);
        }

        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            _stop.Cancel();
        }

        await _loop.ConfigureAwait(false);
    }

    /// <summary>After it has ended.</summary>
    public void Dispose() => _stop.Dispose();

    private async Task RunAsync(bool keepsTrying)
    {
        var attempt = 0;
        while (true)
        {
            var began = options.Clock.Now();
            told.Status(ConnectionStatus.Connecting);
            var end = await ConnectOnceAsync().ConfigureAwait(false);

            // First who has something to send: a request that fails now was not refused.
            told.Down();
            Requests.GoOffline(end.Error);
            if (_stopping)
            {
                return;
            }

            var isFirst = !_firstReady.Task.IsCompleted;
            var isOver = !ReconnectRules.GoesOn(end);
            if (isOver || (isFirst && !keepsTrying && !end.IsInvitation))
            {
                Requests.Close(end.Error);
                await (isOver ? told.OverAsync(end.CloseCode ?? CodeOf(end), end.Error) : Task.CompletedTask).ConfigureAwait(false);
                _firstReady.TrySetException(end.Error);
                _ = _firstReady.Task.Exception;
                return;
            }

            told.Status(ConnectionStatus.Offline);

            attempt = options.Clock.Now() - began > options.Reconnect.Max ? 0 : attempt;
            var pause = ReconnectRules.Pause(end, attempt++, options.Reconnect, options.Clock.Chance());
            if (!isFirst || keepsTrying)
            {
                pages.Publish(new Reconnecting { Attempt = attempt, Delay = pause, Error = end.Error });
            }

            if (!await PauseAsync(pause).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private async Task<ConnectionEnd> ConnectOnceAsync()
    {
        var connection = new StreamConnection(options, _stop.Token);
        await using var _ = connection.ConfigureAwait(false);
        var life = new Life(connection);
        var opening = connection.WatchOpeningAsync(life.Ready.Task);
        try
        {
            await connection.OpenAsync(_address).ConfigureAwait(false);
            _connection = connection;
            SayHello(life);
            var closeCode = await connection.RunAsync(frame => TakeFrame(life, frame)).ConfigureAwait(false);
            return Ended(life, ConnectionEnd.Of(closeCode, life.Bye));
        }
        catch (Exception broken)
        {
            var error = broken as ImException ?? connection.Reason ?? Explain(broken);
            return Ended(life, new ConnectionEnd(error, Refused: life.Refused));
        }
        finally
        {
            _connection = null;
            if (life.IsReady)
            {
                _metrics.Disconnected();
            }

            life.Ready.TrySetResult(true);
            await opening.ConfigureAwait(false);
        }
    }

    private ConnectionEnd Ended(Life life, ConnectionEnd end)
    {
        if (!life.IsReady)
        {
            _metrics.AttemptEnded(end.Error.Code);
        }

        return end;
    }

    private static ImException Explain(Exception broken) => broken switch
    {
        System.Net.WebSockets.WebSocketException or HttpRequestException or IOException or OperationCanceledException
            or System.Net.Sockets.SocketException =>
            new ImException(ErrorCodes.Unavailable, "The connection broke or could not be made: " + broken.Message, inner: broken),
        _ when JsonRead.IsUnreadable(broken) =>
            new ImException(ErrorCodes.Internal, "The server sent something that cannot be read: " + broken.Message, inner: broken),
        _ => new ImException(ErrorCodes.Internal, "The client failed on what the server sent: " + broken.Message, inner: broken),
    };

    /// <summary>A token that is refused in <c>hello</c> is as bad as one that is closed upon.</summary>
    private static int? CodeOf(ConnectionEnd end) => end.Refused && end.Error.Code == ErrorCodes.Unauthenticated ? CloseCodes.BadToken : null;

    /// <summary>Waits until it is over, or somebody is in a hurry. False when the session has been stopped.</summary>
    private async Task<bool> PauseAsync(TimeSpan pause)
    {
        var hurry = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pause = hurry;
        try
        {
            if (pause > TimeSpan.Zero)
            {
                await options.Clock.EndsWithinAsync(hurry.Task, pause, _stop.Token).ConfigureAwait(false);
            }

            return !_stopping;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            _pause = null;
        }
    }

    private Action Ping(StreamConnection connection) => () => connection.Write(JsonFrame.Request(Requests.NextId(), "ping", null));

    private static Uri StreamAddress(Uri server)
    {
        var address = new UriBuilder(HttpApi.Address(server, "v1/stream"));
        address.Scheme = address.Scheme == "https" ? "wss" : "ws";
        return address.Uri;
    }

    /// <summary>What is known of one connection.</summary>
    private sealed class Life(StreamConnection connection)
    {
        public StreamConnection Connection { get; } = connection;
        public TaskCompletionSource<bool> Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public Dictionary<string, string> Via { get; } = new(StringComparer.OrdinalIgnoreCase);
        public long HelloId { get; set; }
        public bool IsReady { get; set; }
        public Bye? Bye { get; set; }
        public bool Refused { get; set; }
    }
}

/// <summary>Who is told how a stream fares; never under a lock.</summary>
internal interface IStreamListener
{
    void Status(ConnectionStatus status);

    /// <summary>All pages are there.</summary>
    void Live();

    /// <summary>The connection is gone, and nobody else knows yet.</summary>
    void Down();

    /// <summary>It will not be tried again.</summary>
    Task OverAsync(int? closeCode, ImException error);
}
