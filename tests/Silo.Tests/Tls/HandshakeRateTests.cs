using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrleansIM.Hosting.Tls;

namespace OrleansIM.Silo.Tests.Tls;

/// <summary>Handshakes in masses.</summary>
public sealed class HandshakeRateTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public void Count_TooManyOfOneSource_RefusesThatOneAndNoOther()
    {
        var refused = 0;
        using var rate = new HandshakeRate(2, () => refused++);
        rate.Count(From("2001:db8::1"));
        rate.Count(From("2001:db8::2"));

        Assert.Throws<AuthenticationException>(() => rate.Count(From("2001:db8::3")));
        rate.Count(From("2001:db8:0:1::1"));
        rate.Count(From("192.0.2.1"));
        for (var i = 0; i < 10; i++)
        {
            rate.Count(From("127.0.0.1"));
            rate.Count(From("::ffff:127.0.0.1"));
            rate.Count(From("::1"));
        }

        Assert.Equal(1, refused);
    }

    [Fact]
    public void Count_WithoutALimit_RefusesNobody()
    {
        using var rate = new HandshakeRate(0, () => Assert.Fail("refused"));
        for (var i = 0; i < 10_000; i++)
        {
            rate.Count(From("192.0.2.1"));
        }
    }

    [Fact]
    public async Task Handshake_OverTheRate_IsBrokenOffBeforeItCostsAnything()
    {
        var (certificate, key) = _authority.Write(_folder.Path, "edge", "127.0.0.1");
        var source = "192.0.2.1";
        await using var app = await StartAsync($"--Tls:CertificateFile={certificate}", $"--Tls:KeyFile={key}", "--Tls:HandshakesPerMinute=3", () => source);
        var port = new Uri(app.Urls.First()).Port;
        for (var i = 0; i < 3; i++)
        {
            await ShakeHandsAsync(port);
        }

        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => ShakeHandsAsync(port));
        Assert.True(refusal is IOException or AuthenticationException, refusal.ToString());

        source = "192.0.2.2";
        await ShakeHandsAsync(port);
    }

    /// <summary>As the server's edge is made, but for the addresses that its clients have.</summary>
    private static async Task<WebApplication> StartAsync(string certificate, string key, string limit, Func<string> source)
    {
        var builder = WebApplication.CreateBuilder([certificate, key, limit, "--urls=https://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => connection =>
        {
            connection.RemoteEndPoint = new IPEndPoint(IPAddress.Parse(source()), 1);
            return next(connection);
        })));
        builder.AddTls();
        var app = builder.Build();
        app.MapGet("/", () => Results.Ok());
        await app.StartAsync();
        return app;
    }

    private static async Task ShakeHandsAsync(int port)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => shown?.Subject == "CN=127.0.0.1");
        await tls.AuthenticateAsClientAsync("127.0.0.1").WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static DefaultConnectionContext From(string address) => new() { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 1) };
}
