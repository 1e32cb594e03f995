using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Security;

/// <summary>TLS at the edge, with certificates that are exchanged while people are there.</summary>
public sealed class EdgeTlsTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task Certificate_Exchanged_IsUsedByNewConnectionsAndLeavesStreamsAlone()
    {
        var (certificate, key) = _authority.Write(_folder.Path, "edge", "127.0.0.1");
        await using var server = await TestServer.StartAsync(
            "--urls=https://127.0.0.1:0", $"--Tls:CertificateFile={certificate}", $"--Tls:KeyFile={key}", "--Tls:CheckEvery=00:00:00.05");
        var token = await JoinAsync(server.Address, "ann.tls");
        using var stream = await RawClient.OpenAsync(server.Address, trust: IsOurs);
        await stream.HelloAsync("ann.tls", token);
        var first = await SeenAsync(server.Address);

        var (other, otherKey) = _authority.Write(_folder.Path, "other", "127.0.0.1");
        File.Move(otherKey, key, overwrite: true);
        File.Move(other, certificate, overwrite: true);
        await Eventually.TrueAsync(async () => await SeenAsync(server.Address) != first, "a new connection to get the new certificate");
        var second = await SeenAsync(server.Address);

        await File.WriteAllTextAsync(certificate, "nonsense");
        await Eventually.TrueAsync(() => server.Errors.Any(error => error.Contains("The files of Tls have changed and cannot be used", StringComparison.Ordinal)), "the log to say that the file is bad");

        Assert.Equal(second, await SeenAsync(server.Address));
        await stream.OkAsync("ping");
        using var late = await RawClient.OpenAsync(server.Address, trust: IsOurs);
        await late.HelloAsync("ann.tls", token);
    }

    [Fact]
    public async Task Plain_OnAnHttpsAddress_IsNotServed()
    {
        var (certificate, key) = _authority.Write(_folder.Path, "edge", "127.0.0.1");
        await using var server = await TestServer.StartAsync("--urls=https://127.0.0.1:0", $"--Tls:CertificateFile={certificate}", $"--Tls:KeyFile={key}");
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };

        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new UriBuilder(server.Address) { Scheme = "http" }.Uri));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Stream_OverEitherHttp_IsServedToItsEnd(string version)
    {
        var (certificate, key) = _authority.Write(_folder.Path, "edge", "127.0.0.1");
        await using var server = await TestServer.StartAsync("--urls=https://127.0.0.1:0", $"--Tls:CertificateFile={certificate}", $"--Tls:KeyFile={key}");
        var token = await JoinAsync(server.Address, "ann.tls");
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => IsOurs((X509Certificate2)shown!);
        using var invoker = new HttpMessageInvoker(handler);
        using var socket = new ClientWebSocket();
        (socket.Options.HttpVersion, socket.Options.HttpVersionPolicy) = (Version.Parse(version), HttpVersionPolicy.RequestVersionExact);
        await socket.ConnectAsync(new UriBuilder(new Uri(server.Address, "v1/stream")) { Scheme = "wss" }.Uri, invoker, CancellationToken.None);

        await socket.SendAsync(Encoding.UTF8.GetBytes($$"""{"id":0,"op":"hello","token":"{{token}}"}"""), WebSocketMessageType.Text, true, CancellationToken.None);
        var buffer = new byte[64 * 1024];
        var frame = "";
        while (!frame.Contains("\"ev\":\"ready\"", StringComparison.Ordinal))
        {
            var read = await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
            frame = Encoding.UTF8.GetString(buffer, 0, read.Count);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    private async Task<string> JoinAsync(Uri server, string account)
    {
        using var http = Client();
        var credentials = new { account, login = account, password = TestServer.Password };
        (await http.PostAsJsonAsync(new Uri(server, "v1/accounts"), credentials)).EnsureSuccessStatusCode();
        using var answer = await http.PostAsJsonAsync(new Uri(server, "v1/login"), new { login = account, password = TestServer.Password });
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("token").GetString()!;
    }

    /// <summary>The certificate a new connection is shown.</summary>
    private async Task<string> SeenAsync(Uri server)
    {
        var seen = "";
        using var http = Client(shown => seen = shown.Thumbprint);
        (await http.GetAsync(new Uri(server, "readyz"))).EnsureSuccessStatusCode();
        return seen;
    }

    private HttpClient Client(Action<X509Certificate2>? see = null)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
        {
            see?.Invoke((X509Certificate2)shown!);
            return IsOurs((X509Certificate2)shown!);
        };
        return new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(30) };
    }

    private bool IsOurs(X509Certificate2 shown)
    {
        using var authority = X509Certificate2.CreateFromPem(_authority.Pem);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(shown);
    }
}
