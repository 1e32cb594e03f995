using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Silo;
using OrleansIM.TestSupport;

namespace OrleansIM.Fuzz.Targets;

/// <summary>The whole system in this process on a store of its own: what server targets are tried against.</summary>
internal sealed class FuzzedServer : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    private readonly TempDirectory _data = new();
    private readonly LogLines _errors = new(LogLevel.Error);
    private readonly HttpClient _http = new();
    private readonly WebApplication _app;

    private FuzzedServer() => _app = SiloApp.Create([
        "--urls=http://127.0.0.1:0", $"--Storage:DataDirectory={_data.Path}", "--Accounts:PasswordIterations=1000", "--Gateway:RegistrationsPerMinute=100000000",
        "--Gateway:FailedSignInsPerMinute=100000000", "--Serilog:MinimumLevel:Default=Fatal", "--Serilog:MinimumLevel:Override:Orleans=Fatal",
        "--Serilog:MinimumLevel:Override:Microsoft=Fatal", "--Serilog:MinimumLevel:Override:OrleansIM.Audit=Fatal", "--Logging:LogLevel:Default=Error",
    ]);

    public Uri Address { get; private set; } = null!;

    /// <summary>Streams that are open.</summary>
    public int Streams => _app.Services.GetRequiredService<StreamRegistry>().Streams.Count;

    /// <summary>Sessions that are open.</summary>
    public int Sessions => _app.Services.GetRequiredService<SessionRegistry>().Count;

    public static async Task<FuzzedServer> StartAsync()
    {
        var server = new FuzzedServer();
        server._app.Services.GetRequiredService<ILoggerFactory>().AddProvider(server._errors);
        await server._app.StartAsync();
        server.Address = new Uri(server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    /// <summary>Makes an account.</summary>
    public Task RegisterAsync(string account) => PostAsync("v1/accounts", new { account, password = Password });

    /// <summary>A token of an account.</summary>
    public async Task<string> LogInAsync(string account) =>
        (await PostAsync("v1/login", new { login = account, password = Password })).GetProperty("token").GetString()!;

    /// <summary>The error that the server has logged since it was asked last; null if there is none. Any is a fault.</summary>
    public string? NextError() => _errors.Lines.TryDequeue(out var line) ? line : null;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _http.Dispose();
        _errors.Dispose();
        _data.Dispose();
    }

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await _http.PostAsJsonAsync(new Uri(Address, path), body);
        return await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
    }
}
