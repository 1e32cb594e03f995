using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansIM.Accounts;
using OrleansIM.Client;
using OrleansIM.Invites;
using OrleansIM.Silo;

namespace OrleansIM.EndToEnd.Tests.Support;

/// <summary>
/// The whole system in this process, on a free port and a data directory of its own. It can be stopped and started again
/// on the same directory and port, as an operator would.
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    /// <summary>The password of every account, unless a test gives another.</summary>
    public const string Password = "correct horse battery";

    private static int s_names;

    private readonly TempDirectory _data = new();
    private readonly ErrorRecorder _errors = new();
    private string[] _settings = [];
    private WebApplication? _app;

    private TestServer()
    {
    }

    /// <summary>Where it listens; the same after a restart.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>Everything the server has logged as an error, or as worse, since it was made.</summary>
    public IReadOnlyCollection<string> Errors => _errors.Messages;

    public static async Task<TestServer> StartAsync(params string[] settings)
    {
        var server = new TestServer { _settings = settings };
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>An account id that nobody has yet.</summary>
    public static string NewName(string prefix) =>
        prefix + "-" + Interlocked.Increment(ref s_names).ToString(CultureInfo.InvariantCulture);

    public async Task RestartAsync(params string[] otherSettings)
    {
        await StopAsync();
        _settings = otherSettings.Length > 0 ? otherSettings : _settings;
        await StartAgainAsync();
    }

    public async Task StartAgainAsync()
    {
        _app = SiloApp.Create([
            $"--urls={Address}", $"--Storage:DataDirectory={_data.Path}", "--Accounts:PasswordIterations=1000",
            "--Gateway:RegistrationsPerMinute=1000000", "--Gateway:FailedSignInsPerMinute=1000000",
            "--Serilog:MinimumLevel:Default=Fatal", "--Serilog:MinimumLevel:Override:Orleans=Fatal", "--Serilog:MinimumLevel:Override:Microsoft=Fatal",
            "--Serilog:MinimumLevel:Override:OrleansIM.Audit=Fatal", "--Logging:LogLevel:Default=Error", .. _settings,
        ]);
        _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(_errors);
        await _app.StartAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async Task StopAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            await app.StopAsync().WaitAsync(TimeSpan.FromSeconds(60));
            await app.DisposeAsync();
        }
    }

    /// <summary>Makes an account of a new name.</summary>
    public async Task<string> RegisterAsync(string prefix = "user", string password = Password)
    {
        var account = NewName(prefix);
        (await Api.PostAsync(Address, "v1/accounts", new { account, password })).Expect(201);
        return account;
    }

    /// <summary>Signs in over HTTP and answers the token.</summary>
    public async Task<string> LogInAsync(string login, string password = Password, string? device = null) =>
        (await Api.PostAsync(Address, "v1/login", new { login, password, device })).Expect(200).GetProperty("token").GetString()!;

    /// <summary>Signs in and opens a stream; returns when every page is there.</summary>
    public async Task<RawClient> SignInAsync(string account, string password = Password, string? device = null, object? resume = null) =>
        await ConnectAsync(account, await LogInAsync(account, password, device), resume);

    /// <summary>Opens a stream with a token; returns when every page is there.</summary>
    public async Task<RawClient> ConnectAsync(string account, string token, object? resume = null)
    {
        var client = await RawClient.OpenAsync(Address);
        await client.HelloAsync(account, token, resume);
        return client;
    }

    /// <summary>Makes an account and signs in with it.</summary>
    public async Task<RawClient> JoinAsync(string prefix = "user") => await SignInAsync(await RegisterAsync(prefix));

    /// <summary>A client of the SDK; not signed in.</summary>
    public ImClient Sdk(string? device = null) => new(new ImClientOptions
    {
        Server = Address,
        Device = device,
        Reconnect = new ReconnectPolicy { Initial = TimeSpan.FromMilliseconds(50), Max = TimeSpan.FromMilliseconds(200) },
    });

    /// <summary>A client of the SDK that is signed in.</summary>
    public async Task<ImClient> SdkAsync(string account, string password = Password, string? device = null)
    {
        var client = Sdk(device);
        await client.SignInAsync(account, password);
        return client;
    }

    /// <summary>What an operator does; there is no call from outside for it.</summary>
    public async Task DisableAsync(string account)
    {
        var grains = _app!.Services.GetRequiredService<IGrainFactory>();
        Assert.False((await grains.GetGrain<IAccountCredentialsGrain>(account).SetDisabledAsync(true)).IsRefused);
    }

    /// <summary>The code of an invite for one.</summary>
    public async Task<string> InviteAsync()
    {
        var grains = _app!.Services.GetRequiredService<IGrainFactory>();
        return (await grains.GetGrain<IInvitesGrain>(IInvitesGrain.Key).CreateAsync(new CreateInvite { Uses = 1, Lifetime = TimeSpan.FromHours(1) })).Value!.Code;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _data.Dispose();
        _errors.Dispose();
    }
}
