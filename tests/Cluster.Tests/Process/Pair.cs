using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using OrleansIM.Client;
using OrleansIM.Protocol;

namespace OrleansIM.Cluster.Tests.Process;

/// <summary>
/// Two friends behind the load balancer, each with a client of the SDK. The first writes numbered messages, one after
/// the other, each until it is acknowledged; the second reads, signed in with another account that is linked with the
/// one that is written to. Every durable event of both has to be the next one, and no page may go.
/// </summary>
internal sealed class Pair : IAsyncDisposable
{
    private const string Password = "a password";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly ImClient _writer, _reader;
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentDictionary<string, long> _lastSeq = [];
    private readonly ConcurrentDictionary<long, long> _receivedAt = [];
    private readonly List<Acknowledged> _acknowledged = [];
    private readonly List<IDisposable> _handlers = [];
    private CancellationTokenSource? _stopWriting;
    private Task _writing = Task.CompletedTask;
    private long _number;
    private long _lastReceived;

    private Pair(Uri writersServer, Uri readersServer, string name)
    {
        (From, To) = ($"{name}.from", $"{name}.to");
        var options = new ImClientOptions
        {
            Server = writersServer,
            Reconnect = new ReconnectPolicy { Initial = TimeSpan.FromMilliseconds(100), Max = TimeSpan.FromSeconds(1) },
            RequestTimeout = TimeSpan.FromSeconds(60),
            HandlerError = error => _faults.Enqueue(error.ToString()),
        };
        (_writer, _reader) = (new ImClient(options), new ImClient(options with { Server = readersServer }));
    }

    public string From { get; }

    public string To { get; }

    /// <summary>Messages with an <c>ok</c>, as of now.</summary>
    public IReadOnlyList<Acknowledged> Acknowledgements
    {
        get
        {
            lock (_acknowledged)
            {
                return [.. _acknowledged];
            }
        }
    }

    /// <summary>Refusals that said to try again.</summary>
    public int Refusals { get; private set; }

    /// <summary>What must not be: an event out of order, twice, or of nobody.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>How often either client had to connect again.</summary>
    public int Reconnections { get; private set; }

    /// <summary>The number of the last message that the reader has seen.</summary>
    public long LastReceived => Volatile.Read(ref _lastReceived);

    /// <summary>Registers, signs in and befriends them; the reader at the same server, unless another is given.</summary>
    public static async Task<Pair> MeetAsync(Uri server, string name, Uri? readersServer = null)
    {
        var pair = new Pair(server, readersServer ?? server, name);
        var home = $"{name}.home";
        await TryAsync(() => pair._reader.RegisterAsync(pair.To, Password));
        foreach (var (client, account) in new[] { (pair._writer, pair.From), (pair._reader, home) })
        {
            await TryAsync(() => client.RegisterAsync(account, Password));
            pair.Watch(client);
            await TryAsync(() => client.SignInAsync(account, Password));
        }

        await TryAsync(() => pair._reader.AddLinksAsync([new LinkRequest(pair.To, Password)]));
        await Eventually.TrueAsync(() => pair._lastSeq.ContainsKey(pair.To), "the page of the linked account");
        await TryAsync(() => pair._writer.RequestContactAsync(pair.From, pair.To));
        await TryAsync(() => pair._reader.AcceptContactAsync(pair.To, pair.From));
        return pair;
    }

    /// <summary>Writes until <see cref="StopWritingAsync"/>.</summary>
    public void StartWriting()
    {
        _stopWriting = new CancellationTokenSource();
        _writing = WriteAsync(_stopWriting.Token);
    }

    /// <summary>Stops after the message that is under way, which is acknowledged first.</summary>
    public async Task StopWritingAsync()
    {
        if (_stopWriting is { } stop)
        {
            await stop.CancelAsync();
            await _writing;
            stop.Dispose();
            _stopWriting = null;
        }
    }

    /// <summary>Writes one message and answers its number when it is acknowledged.</summary>
    public async Task<long> WriteOneAsync()
    {
        var number = ++_number;
        var startedAt = Stopwatch.GetTimestamp();
        var body = $"{From}/{number}";
        while (true)
        {
            try
            {
                // Below the SDK's outbox, which repeats by itself what is refused for the moment: refusals are counted here.
                var sent = await _writer.RequestAsync("send", JsonSerializer.SerializeToElement(new { @as = From, to = To, body, cid = $"cid-{number}" }));
                lock (_acknowledged)
                {
                    _acknowledged.Add(new(number, sent.GetProperty("id").GetString()!, sent.GetProperty("seq").GetInt64(), startedAt));
                }

                return number;
            }
            catch (ImException passing) when (passing.Code is ErrorCodes.Unavailable or ErrorCodes.SlowDown)
            {
                Refusals++;
                await Task.Delay(passing.RetryAfter ?? s_pause);
            }
        }
    }

    /// <summary>
    /// When this pair was whole again after a moment: the reader had a message that was begun after it. Null: not yet.
    /// </summary>
    public long? WholeAt(long moment)
    {
        foreach (var acknowledged in Acknowledgements.Where(acknowledged => acknowledged.StartedAt >= moment))
        {
            return _receivedAt.TryGetValue(acknowledged.Number, out var at) ? at : null;
        }

        return null;
    }

    /// <summary>Whether it is whole; throws what has ended its writer.</summary>
    public bool IsWholeSince(long moment)
    {
        if (_writing.IsFaulted)
        {
            _writing.GetAwaiter().GetResult();
        }

        return WholeAt(moment) is not null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopWritingAsync();
        _handlers.ForEach(handler => handler.Dispose());
        await _writer.DisposeAsync();
        await _reader.DisposeAsync();
    }

    /// <summary>A machine with a lot else to do may refuse a step for the moment.</summary>
    private static async Task TryAsync(Func<Task> step)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await step();
                return;
            }
            catch (ImException passing) when (passing.Code is ErrorCodes.Unavailable or ErrorCodes.SlowDown && tries < 60)
            {
                await Task.Delay(passing.RetryAfter ?? s_pause);
            }
            catch (ImException done) when (done.Code == ErrorCodes.AccountTaken && tries > 1)
            {
                // By the attempt before, whose answer was lost.
                return;
            }
        }
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await WriteOneAsync();
            await Task.Delay(s_pause, CancellationToken.None);
        }
    }

    private void Watch(ImClient client) => _handlers.Add(client.On<ImEvent>(happened =>
    {
        var account = happened.Account ?? "";
        switch (happened)
        {
            case PageOpened opened:
                // A page that is loaded anew covers what was missed.
                _lastSeq[account] = opened.Page.Cursor;
                break;
            case PageGone gone:
                _faults.Enqueue($"The page of {account} is gone: {gone.Reason}");
                break;
            case Reconnecting:
                Reconnections++;
                break;
            case SignedOut ended:
                _faults.Enqueue($"{From} or {To} was signed out: {ended.CloseCode} {ended.Error}");
                break;
        }

        if (happened.Seq is not { } seq)
        {
            return;
        }

        if (_lastSeq.TryGetValue(account, out var last) && seq != last + 1)
        {
            _faults.Enqueue($"{account} saw seq {seq} after {last}");
        }

        _lastSeq[account] = seq;
        if (happened is MessageReceived { IsOwn: false } message)
        {
            Receive(message.Body);
        }
    }));

    private void Receive(string body)
    {
        var number = long.Parse(body.AsSpan(body.IndexOf('/', StringComparison.Ordinal) + 1), System.Globalization.CultureInfo.InvariantCulture);
        if (number != _lastReceived + 1)
        {
            _faults.Enqueue($"{To} received message {number} after {_lastReceived}");
        }

        _receivedAt[number] = Stopwatch.GetTimestamp();
        Volatile.Write(ref _lastReceived, number);
    }
}

/// <summary>A message that was answered with <c>ok</c>.</summary>
/// <param name="Number">The writer's count.</param>
/// <param name="Id">The message's id.</param>
/// <param name="Seq">Its place in the writer's log.</param>
/// <param name="StartedAt">When it was first sent.</param>
internal sealed record Acknowledged(long Number, string Id, long Seq, long StartedAt);
