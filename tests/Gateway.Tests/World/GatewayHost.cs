using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansIM.Accounts;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Gateway.Tokens;
using OrleansIM.Identity;
using OrleansIM.TestSupport;

namespace OrleansIM.Gateway.Tests.World;

/// <summary>A gateway on a port of its own, in front of a <see cref="FakeWorld"/>.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<StreamClient> _clients = [];
    private readonly LogLines _errors = new(LogLevel.Error);

    private GatewayHost(Action<GatewayOptions>? configure, TimeProvider? time, Action<IServiceCollection>? services)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(_errors);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        builder.Services.AddSingleton<IAccountDirectory>(World);
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }

        builder.Services.AddGateway(configure);
        services?.Invoke(builder.Services);
        _app = builder.Build();
        _app.MapGateway();
    }

    public FakeWorld World { get; } = new();

    /// <summary>For <see cref="StartAsync"/>: tokens of <c>https://app.example</c> lead to accounts <c>game.{sub}</c>.</summary>
    public static void WithAnIssuer(IServiceCollection services) => services.Configure<IdentityOptions>(options =>
        options.Issuers["app"] = new IssuerOptions
        {
            Issuer = "https://app.example",
            JwksUrl = "https://app.example/keys",
            Audiences = { "im" },
            Account = "game.{sub}",
        });

    public HttpClient Http { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    public int StreamCount => Services.GetRequiredService<StreamRegistry>().Streams.Count;

    public int LongestQueue => Services.GetRequiredService<StreamRegistry>().Streams.Select(s => s.QueuedBytes).DefaultIfEmpty().Max();

    /// <summary>What was logged as an error: a test that provokes one takes it out.</summary>
    public ConcurrentQueue<string> Errors => _errors.Lines;

    public static async Task<GatewayHost> StartAsync(Action<GatewayOptions>? configure = null, TimeProvider? time = null, Action<IServiceCollection>? services = null)
    {
        var host = new GatewayHost(configure, time, services);
        await host._app.StartAsync();
        var address = host._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        host.Http = new HttpClient { BaseAddress = new Uri(address) };
        return host;
    }

    public string Token(string account, DateTimeOffset? expires = null, string device = "test")
    {
        var now = Services.GetRequiredService<TimeProvider>().GetUtcNow();
        return Services.GetRequiredService<ITokenService>().Seal(new TokenClaims
        {
            TokenId = Guid.NewGuid().ToString("n"),
            Account = account,
            Generation = World[account].Generation,
            IssuedAt = now,
            ExpiresAt = expires ?? now.AddDays(1),
            Device = device,
            Via = "account",
        });
    }

    /// <summary>An open stream that has not said hello.</summary>
    public async Task<StreamClient> ConnectAsync(string? subprotocol = "orleansim.v1")
    {
        var client = await StreamClient.ConnectAsync(new Uri($"ws://{Http.BaseAddress!.Authority}/v1/stream"), subprotocol);
        _clients.Add(client);
        return client;
    }

    /// <summary>A stream that is ready.</summary>
    public async Task<StreamClient> SignInAsync(string account, string? resume = null)
    {
        var client = await ConnectAsync();
        var hello = await client.AskAsync($$"""{"id":0,"op":"hello","token":"{{Token(account)}}"{{(resume is null ? "" : ",\"resume\":" + resume)}}}""");
        Assert.True(hello.TryGetProperty("ok", out _), $"hello was answered with {hello}");
        await client.EventAsync("ready");
        return client;
    }

    public async Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Response)> PostAsync(string path, object body, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text), response);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        Http?.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Assert.True(_errors.Lines.IsEmpty, "The gateway has logged an error: " + string.Join("\n", _errors.Lines));
    }
}
