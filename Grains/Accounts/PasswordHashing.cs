using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Hashes passwords with ASP.NET Core Identity's hasher, away from the grains' turns and a bounded number at a time, so
/// that a storm of sign-ins cannot starve the silo.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim without a wait handle holds nothing to dispose.")]
internal sealed class PasswordHashing
{
    private static readonly object s_noUser = new();
    private readonly PasswordHasher<object> _hasher;
    private readonly SemaphoreSlim _slots;
    private readonly Lazy<string> _nobody;
    private readonly int _limit;
    private readonly AccountMetrics _metrics;
    private int _waiting;

    public PasswordHashing(IOptions<AccountOptions> options, AccountMetrics metrics)
    {
        _metrics = metrics;
        _hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.PasswordIterations }));
        _slots = new SemaphoreSlim(options.Value.HashingParallelism);
        _limit = options.Value.HashingParallelism + options.Value.HashingQueue;
        _nobody = new Lazy<string>(() => _hasher.HashPassword(s_noUser, Guid.NewGuid().ToString()));
    }

    /// <summary>Null if too many wait.</summary>
    public Task<byte[]?> HashAsync(string password, CancellationToken cancellation) =>
        RunAsync(() => (byte[]?)Convert.FromBase64String(_hasher.HashPassword(s_noUser, password)), null, cancellation);

    /// <summary>
    /// Checks a password; without a hash (no such account) it takes as long and fails.
    /// </summary>
    public Task<PasswordCheck> VerifyAsync(byte[]? hash, string password, CancellationToken cancellation) => RunAsync(
        () =>
        {
            var result = _hasher.VerifyHashedPassword(s_noUser, hash is null ? _nobody.Value : Convert.ToBase64String(hash), password);
            return result switch
            {
                _ when hash is null => PasswordCheck.Wrong,
                PasswordVerificationResult.Success => PasswordCheck.Right,
                PasswordVerificationResult.SuccessRehashNeeded => PasswordCheck.RightButOutdated,
                _ => PasswordCheck.Wrong,
            };
        },
        PasswordCheck.Busy,
        cancellation);

    private async Task<T> RunAsync<T>(Func<T> work, T busy, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _waiting) > _limit)
        {
            Interlocked.Decrement(ref _waiting);
            _metrics.OnHashRefused();
            return busy;
        }

        var since = Stopwatch.GetTimestamp();
        _metrics.OnHashBegins();
        try
        {
            await _slots.WaitAsync(cancellation);
            try
            {
                return await Task.Run(work, CancellationToken.None);
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            _metrics.OnHashed(Stopwatch.GetElapsedTime(since));
            Interlocked.Decrement(ref _waiting);
        }
    }
}

/// <summary>What came of checking a password.</summary>
internal enum PasswordCheck
{
    Wrong,
    Right,
    /// <summary>Right, but the hash is of an older cost: hash again.</summary>
    RightButOutdated,
    /// <summary>Too many wait; nothing was checked.</summary>
    Busy,
}
