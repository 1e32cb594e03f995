using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using OrleansIM.EndToEnd.Tests.Support;
using OrleansIM.Protocol;

namespace OrleansIM.EndToEnd.Tests.BadInput;

/// <summary>What the HTTP API says to bad requests.</summary>
[Collection(ServerCollection.Name)]
public sealed class BadHttpTests(ServerFixture fixture) : IAsyncLifetime
{
    private readonly TestServer _server = fixture.Server;
    private int _errors;

    public Task InitializeAsync()
    {
        _errors = _server.Errors.Count;
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        using var honest = await _server.JoinAsync("honest");
        Assert.Empty(_server.Errors.Skip(_errors));
    }

    public static TheoryData<string, string, int> Bodies => new()
    {
        { "nothing", "", 422 },
        { "not JSON", "hello", 422 },
        { "half an object", """{"account":"ab","password":""", 422 },
        { "an array", "[]", 422 },
        { "null", "null", 422 },
        { "two objects", "{}{}", 422 },
        { "deep nesting", new string('[', 50_000), 422 },
        { "deep nesting in a field", $$"""{"account":"ab","password":"long enough","x":{{new string('[', 5_000)}}{{new string(']', 5_000)}}}""", 422 },
        { "no fields", "{}", 422 },
        { "wrong types", """{"account":1,"password":[],"login":{},"old":1,"new":2}""", 422 },
        { "nulls", """{"account":null,"password":null,"login":null,"old":null,"new":null}""", 422 },
        { "a key given twice", """{"account":"ab","account":"cd","login":"ab","login":"cd","password":"long enough","old":"a","old":"b","new":"long enough"}""", 422 },
        { "half a surrogate pair", """{"account":"ab","login":"ab","password":"\ud800 long enough","old":"\ud800","new":"long enough"}""", 422 },
        { "a password that is too long", $$"""{"account":"ab","login":"ab","password":"{{new string('p', 10_000)}}","old":"{{new string('p', 10_000)}}","new":"x"}""", 422 },
        { "a body that is too large", $$"""{"account":"ab","password":"{{new string('p', 200_000)}}"}""", 413 },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_ThatIsBad_IsRefusedWithACodeOfTheTable(string what, string body, int status)
    {
        var token = await _server.LogInAsync(await _server.RegisterAsync());
        foreach (var path in new[] { "v1/accounts", "v1/login", "v1/password" })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            var answer = await Api.SendAsync(_server.Address, HttpMethod.Post, path, content, token);

            Assert.True(answer.Status == status, $"{path} with {what}: {answer}");
            Assert.Contains(answer.Code, ErrorCodes.All.Keys);
            Assert.NotEmpty(JsonElement.Parse(answer.Body).GetProperty("error").Text("message"));
        }
    }

    [Fact]
    public async Task Body_ThatIsNotUtf8_IsRefused()
    {
        using var content = new ByteArrayContent([.. "{\"account\":\"ab\",\"password\":\""u8, 0xFF, 0xFE, 0xC3, 0x28, .. "long enough\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        var answer = await Api.SendAsync(_server.Address, HttpMethod.Post, "v1/accounts", content);

        Assert.Equal((422, "invalid_argument"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Body_WithoutALength_IsCutOffAtTheLimit()
    {
        using var content = new StreamContent(new EndlessStream(50 * 1024 * 1024));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        try
        {
            var answer = await Api.SendAsync(_server.Address, HttpMethod.Post, "v1/login", content);
            Assert.Equal((413, "too_large"), (answer.Status, answer.Code));
        }
        catch (HttpRequestException)
        {
            // The connection was cut while the client was still writing: as good as an answer.
        }
    }

    [Theory]
    [InlineData("POST /v1/login", "FFFFFFFFFFFF")]
    [InlineData("POST /v1/accounts", "no size")]
    [InlineData("PROPFIND /carddav/", "FFFFFFFFFFFF")]
    public async Task Body_InAChunkWhoseSizeIsNone_IsABadRequest(string request, string size)
    {
        var account = await _server.RegisterAsync();
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account}:{TestServer.Password}"));
        using var socket = new TcpClient();
        await socket.ConnectAsync(_server.Address.Host, _server.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"{request} HTTP/1.1\r\nHost: x\r\nDepth: 0\r\nAuthorization: Basic {basic}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n{{}}\r\n0\r\n\r\n"));

        using var reader = new StreamReader(socket.GetStream(), Encoding.UTF8);
        var answer = await reader.ReadLineAsync().WaitAsync(RawClient.Patience);

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "login=ab&password=long+enough")]
    [InlineData("application/xml", "<login>ab</login>")]
    [InlineData("multipart/form-data; boundary=x", "--x--")]
    [InlineData("application/json; charset=utf-16", "l o g i n")]
    public async Task ContentType_WithABodyOfItsOwn_IsRefused(string type, string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        var answer = await Api.SendAsync(_server.Address, HttpMethod.Post, "v1/login", content);

        Assert.True(answer.Status is 415 or 422, answer.ToString());
        Assert.Equal("invalid_argument", answer.Code);
    }

    [Theory]
    [InlineData("GET", "v1/login", 405)]
    [InlineData("PUT", "v1/accounts", 405)]
    [InlineData("DELETE", "v1/password", 405)]
    [InlineData("GET", "v1/stream", 400)]
    [InlineData("POST", "v1/stream", 400)]
    [InlineData("GET", "v1/nothing", 404)]
    [InlineData("GET", "v1/../../etc/passwd", 404)]
    [InlineData("GET", "%00", 400)]
    public async Task Method_ThatIsWrong_IsRefused(string method, string path, int status)
    {
        var answer = await Api.SendAsync(_server.Address, new HttpMethod(method), path, null);

        Assert.True(answer.Status == status || (path == "%00" && answer.Status == 404), $"{method} {path}: {answer}");
        if (answer.Body.Length > 0)
        {
            Assert.Contains(answer.Code, ErrorCodes.All.Keys);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("made up")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Token_ThatIsNone_IsRefused(string? token)
    {
        foreach (var (path, body) in new (string, object)[] { ("v1/logout", new { }), ("v1/password", new { old = "long enough", @new = "long enough" }) })
        {
            var answer = await Api.PostAsync(_server.Address, path, body, token);
            Assert.Equal((401, "unauthenticated"), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task Subprotocol_ThatIsAnother_IsRefused()
    {
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => RawClient.OpenAsync(_server.Address, "orleansim.v999"));
        using var right = await RawClient.OpenAsync(_server.Address);
        Assert.Equal("orleansim.v1", right.Subprotocol);
    }

    [Fact]
    public async Task Sockets_HalfOpenAndSlow_DisturbNobody()
    {
        var sockets = new List<TcpClient>();
        for (var i = 0; i < 200; i++)
        {
            var socket = new TcpClient();
            await socket.ConnectAsync(_server.Address.Host, _server.Address.Port);
            await socket.GetStream().WriteAsync(i % 2 == 0
                ? "POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"login\":"u8.ToArray()
                : "GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgr"u8.ToArray());
            sockets.Add(socket);
        }

        using var one = await _server.JoinAsync("one");
        using var other = await _server.JoinAsync("other");
        await one.BefriendAsync(other);
        await one.MessageAsync(other.Account, "through the crowd");
        await other.MessagesAsync(other.Account, 1);
        sockets.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Requests_PipelinedOnOneConnection_AreAnsweredInOrder()
    {
        const int Count = 1_000;
        using var socket = new TcpClient();
        await socket.ConnectAsync(_server.Address.Host, _server.Address.Port);
        var request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
        var last = "GET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        var writing = socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(request, Count)) + last)).AsTask();

        using var reader = new StreamReader(socket.GetStream(), Encoding.UTF8);
        var answers = await reader.ReadToEndAsync().WaitAsync(RawClient.Patience);
        await writing;

        Assert.Equal(Count, answers.Split("HTTP/1.1 200").Length - 1);
        Assert.True(answers.IndexOf("HTTP/1.1 404", StringComparison.Ordinal) > answers.LastIndexOf("HTTP/1.1 200", StringComparison.Ordinal));
    }

    /// <summary>So many letters, of which nobody knows how many there are.</summary>
    private sealed class EndlessStream(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var taken = (int)Math.Min(count, _left);
            buffer.AsSpan(offset, taken).Fill((byte)'x');
            _left -= taken;
            return taken;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
