using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using OrleansIM.Client.Tests.Scripted;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Tests;

/// <summary>A client on a network of the app's own.</summary>
public sealed class TransportTests
{
    private const string Login = """{"token":"t1","account":"ann"}""";

    [Theory]
    [InlineData("https://chat.test/im")]
    [InlineData("https://chat.test/im/")]
    [InlineData("https://chat.test/im//")]
    [InlineData("https://chat.test/im/?from=a-link#top")]
    public async Task SignIn_OverTransportsOfTheApp_UsesNoSocketOfItsOwn(string server)
    {
        var http = new Http((200, Login, null));
        var streams = new Streams();
        await using var client = Client(http, streams, server);
        var events = new EventTape(client);

        await client.SignInAsync("ann", "secret").Time("the sign-in");
        await events.SkipToAsync<Ready>();
        streams.Last.Say(ScriptedStream.Message("ann", 1, "bob", "hello"));

        Assert.Equal("hello", (await events.NextAsync<MessageReceived>()).Body);
        Assert.Equal("""https://chat.test/im/v1/login  {"login":"ann","password":"secret"}""", http.Calls.Single());
        Assert.Equal("wss://chat.test/im/v1/stream", streams.Last.Address?.ToString());
        await events.DisposeAsync();
    }

    [Fact]
    public async Task Stream_ThatBreaks_IsMadeAnew()
    {
        var streams = new Streams();
        await using var client = Client(new Http((200, Login, null)), streams);
        var events = new EventTape(client);
        await client.SignInAsync("ann", "secret").Time("the sign-in");
        await events.SkipToAsync<Ready>();
        var first = streams.Last;

        first.Break(new IOException("The cable was pulled."));

        var reconnecting = await events.NextAsync<Reconnecting>();
        Assert.Equal(ErrorCodes.Unavailable, reconnecting.Error?.Code);
        Assert.Contains("The cable was pulled.", reconnecting.Error!.Message, StringComparison.Ordinal);
        await events.SkipToAsync<Reconnected>();
        Assert.NotSame(first, streams.Last);
        Assert.True(first.IsDisposed);
        await events.DisposeAsync();
    }

    [Theory]
    [InlineData(429, """{"error":{"code":"slow_down","message":"Wait."}}""", ErrorCodes.SlowDown)]
    [InlineData(429, "<html>a proxy</html>", ErrorCodes.SlowDown)]
    [InlineData(503, "", ErrorCodes.Unavailable)]
    [InlineData(500, "", ErrorCodes.Internal)]
    [InlineData(302, "", ErrorCodes.Internal)]
    public async Task SignIn_RefusedReply_IsOneOfTheErrors(int status, string body, string code)
    {
        await using var client = Client(new Http((status, body, TimeSpan.FromSeconds(7))), new Streams());

        var error = await client.SignInAsync("ann", "secret").Refused(code, "the refusal");

        Assert.Equal(TimeSpan.FromSeconds(7), error.RetryAfter);
    }

    [Theory]
    [InlineData("https://chat.test/im/", """{"error":{"code":"unknown_op","message":"There is nothing at this path."}}""", ErrorCodes.UnknownOp, "https://chat.test/im/v1/login (404). If the server does not live below /im, its address is https://chat.test.")]
    [InlineData("https://chat.test/im", "<html>a proxy</html>", ErrorCodes.Internal, "https://chat.test/im/v1/login (404). If the server does not live below /im, its address is https://chat.test.")]
    [InlineData("https://chat.test", "<html>another site</html>", ErrorCodes.Internal, "https://chat.test/v1/login (404). Is https://chat.test/ a server of OrleansIM?")]
    public async Task SignIn_WhereThereIsNoServer_SaysWhatMayBeWrongWithTheAddress(string server, string body, string code, string said)
    {
        await using var client = Client(new Http((404, body, null)), new Streams(), server);

        var error = await client.SignInAsync("ann", "secret").Refused(code, "the refusal");

        Assert.Equal($"There is nothing at {said}", error.Message);
    }

    [Theory]
    [InlineData("https://chat.test:5080/im?from=a-link", "http://chat.test:5080/im")]
    [InlineData("https://chat.test", "http://chat.test/")]
    public async Task SignIn_WhereTlsFails_NamesTheAddressWithoutIt(string server, string http)
    {
        var failure = new HttpRequestException("The SSL connection could not be established, see inner exception.", new AuthenticationException("The frame is corrupted."));
        await using var client = Client(new Http { Failure = failure }, new Streams(), server);

        var error = await client.SignInAsync("ann", "secret").Refused(ErrorCodes.Unavailable, "the refusal");

        Assert.Equal(
            $"{new Uri(server)} cannot be reached by TLS (The frame is corrupted). If it speaks http, its address is {http}; else it needs a certificate that is trusted here.",
            error.Message);
    }

    [Fact]
    public async Task SignIn_WhereAConnectionEndsWithoutAWord_NamesTheAddressWithTls()
    {
        var failure = new HttpRequestException("An error occurred while sending the request.", new IOException("The response ended prematurely."));
        await using var client = Client(new Http { Failure = failure }, new Streams(), "http://chat.test:5443");

        var error = await client.SignInAsync("ann", "secret").Refused(ErrorCodes.Unavailable, "the refusal");

        Assert.Equal("http://chat.test:5443/ does not answer (The response ended prematurely). If it speaks https, its address is https://chat.test:5443/.", error.Message);
    }

    [Fact]
    public async Task SignIn_HttpTransportFails_IsUnavailable()
    {
        await using var client = Client(new Http(), new Streams());

        var error = await client.SignInAsync("ann", "secret").Refused(ErrorCodes.Unavailable, "the refusal");

        Assert.IsType<IOException>(error.InnerException);
    }

    private static ImClient Client(Http http, Streams streams, string server = "https://chat.test/im") => new(new ImClientOptions
    {
        Server = new Uri(server),
        HttpTransport = http,
        StreamTransport = streams.Next,
        Reconnect = new ReconnectPolicy { Initial = TimeSpan.FromMilliseconds(1), Max = TimeSpan.FromMilliseconds(2) },
    });

    /// <summary>Answers with what it was given, then with a broken network.</summary>
    private sealed class Http(params (int Status, string Body, TimeSpan? RetryAfter)[] replies) : IHttpTransport
    {
        public List<string> Calls { get; } = [];

        public Exception Failure { get; init; } = new IOException("No network.");

        public Task<HttpReply> PostAsync(Uri address, string? token, ReadOnlyMemory<byte> json, CancellationToken ct)
        {
            Calls.Add($"{address} {token} {Encoding.UTF8.GetString(json.Span)}");
            return replies.Length < Calls.Count
                ? Task.FromException<HttpReply>(Failure)
                : Task.FromResult(new HttpReply(
                    replies[Calls.Count - 1].Status, Encoding.UTF8.GetBytes(replies[Calls.Count - 1].Body), replies[Calls.Count - 1].RetryAfter));
        }
    }

    private sealed class Streams
    {
        public FakeStream Last { get; private set; } = new();

        public IStreamTransport Next() => Last = new FakeStream();
    }

    /// <summary>A stream in memory that answers hello by itself, in pieces of a few bytes.</summary>
    private sealed class FakeStream : IStreamTransport
    {
        private readonly Channel<byte[]> _frames = Channel.CreateUnbounded<byte[]>();
        private byte[] _rest = [];

        public Uri? Address { get; private set; }

        public bool IsDisposed { get; private set; }

        public void Say(string frame) => _frames.Writer.TryWrite(Encoding.UTF8.GetBytes(frame));

        public void Break(Exception error) => _frames.Writer.TryComplete(error);

        public Task ConnectAsync(Uri address, CancellationToken ct)
        {
            Address = address;
            return Task.CompletedTask;
        }

        public async ValueTask<StreamRead> ReceiveAsync(Memory<byte> into, CancellationToken ct)
        {
            if (_rest.Length == 0)
            {
                try
                {
                    _rest = await _frames.Reader.ReadAsync(ct);
                }
                catch (ChannelClosedException closed) when (closed.InnerException is { } error)
                {
                    throw error;
                }
                catch (ChannelClosedException)
                {
                    return new StreamRead(0, true, Closed: true, CloseCode: 1000);
                }
            }

            var piece = Math.Min(Math.Min(7, into.Length), _rest.Length);
            _rest.AsSpan(0, piece).CopyTo(into.Span);
            _rest = _rest[piece..];
            return new StreamRead(piece, _rest.Length == 0);
        }

        public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken ct)
        {
            var request = JsonElement.Parse(frame.Span);
            if (request.GetProperty("op").GetString() == "hello")
            {
                Say($$$"""{"re":{{{request.GetProperty("id").GetRawText()}}},"ok":{"session":"s1","accounts":[{"account":"ann","role":"master","via":"account"}]}}""");
                Say(ScriptedStream.Page("ann"));
                Say("""{"ev":"ready","data":{}}""");
            }

            return ValueTask.CompletedTask;
        }

        public Task CloseOutputAsync(CancellationToken ct)
        {
            _frames.Writer.TryComplete();
            return Task.CompletedTask;
        }

        public void Dispose() => IsDisposed = true;
    }
}
