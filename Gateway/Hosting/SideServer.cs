using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrleansIM.Gateway.Hosting;

/// <summary>
/// A web server of its own in this process, for those who operate it: what it serves is on its address and on no other,
/// whatever the host header says. It is there before, and longer than, everything that is registered after it.
/// </summary>
/// <param name="name">What is served there, for the log.</param>
/// <param name="setting">The setting that has the address.</param>
/// <param name="url">The address.</param>
/// <param name="map">Maps its paths.</param>
/// <param name="loggers">The log of the host.</param>
internal sealed partial class SideServer(string name, string setting, string url, Action<WebApplication> map, ILoggerFactory loggers)
    : IHostedService, IAsyncDisposable
{
    // A scrape or an answer that is being written may end.
    private static readonly TimeSpan s_ending = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = loggers.CreateLogger<SideServer>();
    private WebApplication? _app;

    /// <summary>Adds what its paths need beside routing. Default: nothing.</summary>
    public Action<IServiceCollection>? Add { get; init; }

    /// <summary>A page for people that is there too, for the log: what it is, and its path. Default: none.</summary>
    public (string Name, string Path)? Page { get; init; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls(url);
        builder.Services.AddSingleton(loggers).AddLogging().AddRouting();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_ending);
        Add?.Invoke(builder.Services);
        _app = builder.Build();
        map(_app);
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or ArgumentException)
        {
            throw new OptionsValidationException(setting, typeof(string), [$"{setting}: {failure.Message} Give another address."]);
        }

        foreach (var address in _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses)
        {
            Listens(_logger, name, address);
            if (Page is { } page)
            {
                Listens(_logger, page.Name, address + page.Path);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Name} at {Address}.")]
    private static partial void Listens(ILogger logger, string name, string address);

    /// <summary>Its life is that of the host: signals are none of its business.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
