using System.Text.Unicode;
using System.Threading.Channels;
using OrleansIM.Client;
using OrleansIM.Fuzz.Engine;
using OrleansIM.Protocol;

namespace OrleansIM.Fuzz.Targets;

/// <summary>
/// A server that says anything to the .NET SDK: the first line is what it answers to the sign-in, each other one a frame of
/// the stream. Callers see an <see cref="ImException"/> or nothing, and the pages can be read whatever came.
/// </summary>
internal sealed class SdkTarget : FuzzTarget
{
    private volatile Exception? _unseen;

    public SdkTarget() => TaskScheduler.UnobservedTaskException += Note;

    public override string Name => "sdk";

    public override string About => "a server that says anything, to the .NET SDK";

    public override IReadOnlyList<string> Words { get; } =
    [
        "{\"token\":\"t\",\"account\":\"ann\",\"via\":\"account\",\"expiresAt\":\"2030-01-01T00:00:00.000Z\"}\n", "{\"re\":1,\"ok\":{\"session\":\"s\",\"accounts\":[{\"account\":\"ann\",\"role\":\"master\",\"via\":\"account\"}],\"heartbeatMs\":10000}}\n",
        "{\"ev\":\"page\",\"account\":\"ann\",\"data\":{\"role\":\"master\",\"cursor\":0,\"resumed\":false}}\n", "{\"ev\":\"ready\",\"data\":{}}\n", "{\"ev\":\"bye\",\"data\":{\"code\":4000,\"reconnect\":true}}\n", "\"re\":1", "\"ok\":{", "\"err\":{\"code\":\"internal\",\"message\":\"x\"}",
        "\"ev\":\"message\"", "\"ev\":\"receipt\"", "\"ev\":\"contact\"", "\"ev\":\"profile\"", "\"ev\":\"settings\"", "\"ev\":\"custom\"", "\"ev\":\"link\"", "\"ev\":\"group\"", "\"ev\":\"presence\"", "\"ev\":\"typing\"", "\"ev\":\"mail\"", "\"ev\":\"channel\"",
        "\"ev\":\"pageGone\"", "\"account\":\"ann\"", "\"seq\":1", "\"seq\":2", "\"data\":{", "\"contact\":", "\"mailbox\":\"a@b.c\"", "\"new\":[", "\"badge\":{", "\"peer\":\"bob\"", "\"upTo\":1", "\"what\":\"read\"", "\"recent\":[", "\"contacts\":[", "\"presence\":{",
        "\"unread\":{", "\"groups\":[", "\"mailboxes\":[", "\"cursor\":1", "\"resumed\":true", "\"accounts\":[", "\"heartbeatMs\":1", "null", "[]", "{}", "\"\"", "-1", "\\ud800", "2026-01-02T03:04:05.678Z", "\u00e9", "\n",
    ];

    public override int BoundedInputs => 3_000;

    public override long Allowance(int length) => 4 * 1024 * 1024 + 1024L * length;

    public override async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var lines = Lines(input.Span);
        var stream = new Server(lines.Skip(1));
        await using var client = new ImClient(new ImClientOptions
        {
            Server = new Uri("http://im.example"),

            // A server may ask a client to come back as late as it likes; nobody waits for that here.
            ConnectTimeout = TimeSpan.FromMilliseconds(20),
            HttpTransport = new SignIn(lines.FirstOrDefault() ?? []),
            StreamTransport = () => stream,
        });
        var outcome = "signed in";
        try
        {
            await client.SignInAsync("ann", "secret");
        }
        catch (ImException refused)
        {
            outcome = ErrorCodes.All.ContainsKey(refused.Code) ? refused.Code : "a code of its own";
        }

        await stream.Drained;
        var pages = client.Pages.Values.Sum(Read);
        if (_unseen is { } unseen)
        {
            _unseen = null;
            throw new BrokenPromiseException("the client leaves no exception to nobody", unseen.ToString());
        }

        return $"{outcome} {client.Status} {Math.Min(client.Pages.Count, 3)} {Math.Min(pages, 10)}";
    }

    public override ValueTask DisposeAsync()
    {
        TaskScheduler.UnobservedTaskException -= Note;
        return default;
    }

    /// <summary>Exceptions that nobody looked at are told when their tasks are collected.</summary>
    public override Task<string?> LeftoversAsync()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Task.FromResult(_unseen?.ToString());
    }

    private static int Read(Page page) =>
        page.Contacts.Count + page.Settings.Count + page.Custom.Count + page.Presence.Values.Count(one => one.Status.Length > 0) + page.Unread.Count + page.Groups.Count + page.Receipts.Count
        + page.Mailboxes.Count + page.Recent.OfType<MessageReceived>().Count(message => page.StateOf(message) is not null) + (page.Profile.DisplayName?.Length > 0 ? 1 : 0);

    private static List<byte[]> Lines(ReadOnlySpan<byte> input)
    {
        var lines = new List<byte[]>();
        foreach (var range in input.Split((byte)'\n'))
        {
            // What is no UTF-8 a WebSocket refuses by itself.
            if (lines.Count == 0 || Utf8.IsValid(input[range]))
            {
                lines.Add(input[range].ToArray());
            }
        }

        return lines;
    }

    private void Note(object? sender, UnobservedTaskExceptionEventArgs unobserved)
    {
        unobserved.SetObserved();
        if (unobserved.Exception.ToString().Contains("OrleansIM.Client", StringComparison.Ordinal))
        {
            _unseen = unobserved.Exception;
        }
    }

    private sealed class SignIn(byte[] answer) : IHttpTransport
    {
        public Task<HttpReply> PostAsync(Uri address, string? token, ReadOnlyMemory<byte> json, CancellationToken ct) =>
            Task.FromResult(new HttpReply(answer.AsSpan().StartsWith("{\"error"u8) ? 400 : 200, answer));
    }

    /// <summary>Says its frames one after the other, then closes for good.</summary>
    private sealed class Server(IEnumerable<byte[]> frames) : IStreamTransport
    {
        private const int BadToken = 4001;

        private readonly Queue<byte[]> _frames = new(frames);
        private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _at;

        /// <summary>Everything was said and taken, or nobody wants to hear it any more.</summary>
        public Task Drained => _isOpen ? _drained.Task : Task.CompletedTask;

        private bool _isOpen;

        public Task ConnectAsync(Uri address, CancellationToken ct)
        {
            _isOpen = true;
            return Task.CompletedTask;
        }

        public ValueTask<StreamRead> ReceiveAsync(Memory<byte> into, CancellationToken ct)
        {
            if (!_frames.TryPeek(out var frame))
            {
                _drained.TrySetResult();
                return new(new StreamRead(0, EndOfFrame: false, Closed: true, BadToken));
            }

            var count = Math.Min(into.Length, frame.Length - _at);
            frame.AsSpan(_at, count).CopyTo(into.Span);
            _at += count;
            var isEnd = _at == frame.Length;
            if (isEnd)
            {
                _frames.Dequeue();
                _at = 0;
            }

            return new(new StreamRead(count, isEnd));
        }

        public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken ct) => default;

        public Task CloseOutputAsync(CancellationToken ct) => Task.CompletedTask;

        public void Dispose() => _drained.TrySetResult();
    }
}
