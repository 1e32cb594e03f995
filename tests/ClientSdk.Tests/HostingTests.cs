using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansIM.Client.Hosting;
using OrleansIM.Client.Tests.Scripted;
using OrleansIM.Protocol;
using OrleansIM.TestSupport;

namespace OrleansIM.Client.Tests;

/// <summary>The client in a host.</summary>
public sealed class HostingTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Settings_FromConfiguration_ReachTheClient()
    {
        await using var server = await ScriptedServer.StartAsync();
        using var host = Build(server, [("Device", "bot"), ("RequestTimeout", "00:00:07"), ("ReconnectMax", "00:01:00"), ("EventBuffer", "10")]);

        var settings = host.Services.GetRequiredService<IOptions<OrleansImSettings>>().Value;
        Assert.Equal(TimeSpan.FromSeconds(7), settings.RequestTimeout);
        Assert.Equal(TimeSpan.FromMinutes(1), settings.ReconnectMax);
        Assert.Equal(10, settings.EventBuffer);
        var client = host.Services.GetRequiredService<ImClient>();
        Assert.Same(client, host.Services.GetRequiredService<ImClient>());
        var signIn = client.SignInAsync("ann", "secret");
        var stream = await server.WelcomeAsync();
        await signIn.Time("the sign-in");
        stream.Abort();
        Assert.Contains("\"device\":\"bot\"", server.Calls[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_WithMistakes_KeepTheHostFromStartingAndAreAllNamed()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddOrleansIm(settings => (settings.Server, settings.EventBuffer, settings.ReconnectJitter, settings.Password, settings.Token) =
            (new Uri("ftp://chat.test"), 0, 2, "secret", "t"));
        using var host = builder.Build();

        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        foreach (var mistake in (string[])["Server must", "EventBuffer must", "Jitter must", "Login goes with", "Token stands"])
        {
            Assert.Contains(mistake, wrong.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Complete_AddsWhatAFileCannotHold()
    {
        var pump = new ImPump();
        var services = new ServiceCollection();
        services.AddSingleton(pump).AddOrleansIm(complete: (provider, options) => options with { Dispatcher = provider.GetRequiredService<ImPump>(), EventBuffer = 0 });
        await using var provider = services.BuildServiceProvider();

        // The options that it made are those of the client: a client does not take this one.
        Assert.Throws<ArgumentException>(provider.GetRequiredService<ImClient>);
    }

    [Fact]
    public async Task Connection_WhileTheHostRuns_SignsInAndOut()
    {
        await using var server = await ScriptedServer.StartAsync();
        var log = new LogLines();
        using var host = Build(server, [("Login", "ann"), ("Password", "secret")], connect: true, log);
        await host.StartAsync();
        var stream = await server.WelcomeAsync();
        var client = host.Services.GetRequiredService<ImClient>();
        await Eventually.TrueAsync(() => client.Pages.ContainsKey("ann"), "the page of ann", s_patience);

        client.On<MessageReceived>(_ => throw new InvalidOperationException("A handler fails."));
        await stream.SendAsync(ScriptedStream.Message("ann", 1, "bob"));
        await Eventually.TrueAsync(() => log.Has("A handler fails."), "the log to say that a handler failed", s_patience);

        var gone = stream.GoneAsync();
        await host.StopAsync().Time("the host to stop");
        await gone;
        Assert.Equal("/v1/logout Bearer t1 {\"everywhere\":false}", server.Calls[^1]);
    }

    /// <summary>While a host still starts, it takes a service that was cancelled for one that has failed.</summary>
    [Fact]
    public async Task Connection_StoppedBeforeItIsSignedIn_IsNoFailure()
    {
        await using var server = await ScriptedServer.StartAsync();
        var asked = new TaskCompletionSource();
        server.Http = (context, _) =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        using var host = Build(server, [("Login", "ann"), ("Password", "secret")], connect: true);
        var connection = Assert.IsAssignableFrom<BackgroundService>(Assert.Single(host.Services.GetServices<IHostedService>()));
        await connection.StartAsync(CancellationToken.None);
        await asked.Task.Time("the sign-in to be asked for");

        await connection.StopAsync(CancellationToken.None).Time("the connection to stop");

        await connection.ExecuteTask!;
    }

    [Fact]
    public async Task Connection_ServerNotReadyAndTokenExpires_TriesAndSignsInAgain()
    {
        await using var server = await ScriptedServer.StartAsync();
        var logins = 0;
        var answer = server.Http;
        server.Http = (context, body) =>
        {
            if (context.Request.Path == "/v1/login" && Interlocked.Increment(ref logins) == 1)
            {
                context.Response.StatusCode = 503;
                return Task.CompletedTask;
            }

            return answer(context, body);
        };
        using var host = Build(server, [("Login", "ann"), ("Password", "secret")], connect: true);
        await host.StartAsync();
        var stream = await server.WelcomeAsync();
        await Eventually.TrueAsync(() => host.Services.GetRequiredService<ImClient>().Pages.ContainsKey("ann"), "the page of ann", s_patience);

        await stream.SendAsync("""{"ev":"bye","data":{"code":4001,"reconnect":false}}""");
        await stream.GoneAsync();

        stream = await server.WelcomeAsync();
        await Eventually.TrueAsync(() => Volatile.Read(ref logins) == 3, "the third login", s_patience);
        stream.Abort();
        await host.StopAsync().Time("the host to stop");
    }

    [Theory]
    [InlineData("wrong password")]
    [InlineData("signed out from elsewhere")]
    public async Task Connection_ThatCannotGoOn_EndsTheHost(string why)
    {
        await using var server = await ScriptedServer.StartAsync();
        if (why == "wrong password")
        {
            server.Http = async (context, _) =>
            {
                context.Response.StatusCode = 401;
                await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, """{"error":{"code":"bad_credentials","message":"No."}}""");
            };
        }

        var log = new LogLines();
        using var host = Build(server, [("Login", "ann"), ("Password", "secret")], connect: true, log);
        var run = host.RunAsync();
        if (why != "wrong password")
        {
            var stream = await server.WelcomeAsync();
            await stream.SendAsync("""{"ev":"bye","data":{"code":4004,"reconnect":false}}""");
            await stream.GoneAsync();
        }

        // A host says so by ending, and newer ones by the exception as well.
        await Record.ExceptionAsync(() => run.Time("the host to end"));
        Assert.True(run.IsCompleted);
        Assert.True(log.Has(nameof(ImException)), log.ToString());
    }

    private static IHost Build(ScriptedServer server, (string Key, string Value)[] settings, bool connect = false, LogLines? log = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings
            .Append(("Server", server.Address.ToString())).Append(("ReconnectInitial", "00:00:00.010"))
            .Select(setting => KeyValuePair.Create<string, string?>("OrleansIm:" + setting.Item1, setting.Item2)));
        builder.Services.AddOrleansIm(builder.Configuration.GetSection("OrleansIm"));
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }

        if (connect)
        {
            builder.Services.AddOrleansImConnection();
        }

        return builder.Build();
    }
}
