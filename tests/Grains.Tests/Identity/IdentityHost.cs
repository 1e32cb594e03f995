using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Identity;

namespace OrleansIM.Grains.Tests.Identity;

/// <summary>A <see cref="TokenVerifier"/> with settings, and everything it logs.</summary>
internal sealed class IdentityHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public IdentityHost(params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value)).Build());
        services.AddSingleton<TimeProvider>(Clock);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log));
        services.AddIdentity();
        _services = services.BuildServiceProvider();
    }

    public ShiftableClock Clock { get; } = new();

    public LogLines Log { get; } = new();

    public TokenVerifier Verifier => _services.GetRequiredService<TokenVerifier>();

    public Task<TokenVerdict> VerifyAsync(string jwt) => Verifier.VerifyAsync(jwt, CancellationToken.None);

    /// <summary>The account a token is good for.</summary>
    public async Task<string> AccountAsync(string jwt)
    {
        var verdict = await VerifyAsync(jwt);
        Assert.True(verdict.Fault is null, $"refused: {verdict.Fault}; {string.Join("; ", Log.Lines)}");
        return verdict.Identity!.Account;
    }

    public async Task RefusesAsync(TokenFault fault, string jwt)
    {
        var verdict = await VerifyAsync(jwt);
        Assert.Equal((fault, null), (verdict.Fault, verdict.Identity));
        if (fault is not TokenFault.KeysUnavailable)
        {
            Assert.Contains(Log.Lines, line => line.Contains(fault.ToString(), StringComparison.Ordinal));
        }

        Assert.DoesNotContain(Log.Lines, line => jwt.Length > 0 && line.Contains(jwt, StringComparison.Ordinal));
        Assert.DoesNotContain(Log.Lines, line => jwt.Split('.') is [_, { Length: > 0 } payload, ..] && line.Contains(payload, StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
