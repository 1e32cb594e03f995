using Microsoft.IdentityModel.Tokens;

namespace OrleansIM.Identity;

/// <summary>
/// The keys an issuer publishes, remembered. They are fetched when they are first needed, when they are old, and when a token
/// names one that is not among them, for issuers change keys without a word; but never twice within
/// <see cref="IdentityOptions.FetchPause"/>, so that made-up tokens cannot have the issuer asked at will. While it cannot be
/// reached, what is known stays good for <see cref="IdentityOptions.KeysKeptFor"/>.
/// </summary>
internal sealed class PublishedKeys(Func<Task<IReadOnlyList<SecurityKey>>> fetch, IdentityOptions options, TimeProvider time, Action<Exception> onFailed) : IIssuerKeys
{
    private readonly Lock _gate = new();
    private volatile Fetched? _fetched;
    private DateTimeOffset? _triedAt;
    private Task _fetching = Task.CompletedTask;

    public async Task<IReadOnlyList<SecurityKey>> FindAsync(string? kid, CancellationToken cancellation)
    {
        if (_fetched is not { } last || time.GetUtcNow() - last.At >= options.KeysMaxAge)
        {
            await FetchAsync(cancellation);
        }

        var found = KeyReader.Choose(Known(), kid);
        if (found.Count == 0)
        {
            await FetchAsync(cancellation);
            found = KeyReader.Choose(Known(), kid);
        }

        return found;
    }

    private IReadOnlyList<SecurityKey> Known() => _fetched is { } fetched && time.GetUtcNow() - fetched.At < options.KeysKeptFor
        ? fetched.Keys
        : throw new KeysUnavailableException("The issuer's keys are not known.");

    /// <summary>Fetches the keys, unless that was tried a moment ago; who comes while it is being done waits for the same.</summary>
    private Task FetchAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_fetching.IsCompleted && (_triedAt is not { } last || now - last >= options.FetchPause))
            {
                _triedAt = now;

                // Away from the turn of whoever asks, and not ended with it: others wait for the same keys.
                _fetching = Task.Run(FetchNowAsync, CancellationToken.None);
            }

            return _fetching.WaitAsync(cancellation);
        }
    }

    private async Task FetchNowAsync()
    {
        try
        {
            _fetched = new Fetched(await fetch(), time.GetUtcNow());
        }
        catch (KeysUnavailableException e)
        {
            onFailed(e);
        }
    }

    private sealed record Fetched(IReadOnlyList<SecurityKey> Keys, DateTimeOffset At);
}
