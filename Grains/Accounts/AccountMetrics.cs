using System.Diagnostics.Metrics;

namespace OrleansIM.Grains.Accounts;

/// <summary>What is measured of accounts (docs/operations.md, "Metrics").</summary>
internal sealed class AccountMetrics
{
    private readonly Histogram<double> _hashes;
    private long _pushes;
    private long _restarts;
    private long _hashesRefused;
    private int _hashesWaiting;

    public AccountMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GrainMetrics.Meter);
        meter.CreateObservableCounter("orleansim.accounts.pushes", () => Interlocked.Read(ref _pushes), "{entry}", "Entries given to sessions as they happened, one for each session.");
        meter.CreateObservableCounter("orleansim.accounts.restarts", () => Interlocked.Read(ref _restarts), "{account}", "Accounts that started anew after a write that was not confirmed.");
        _hashes = meter.CreateHistogram("orleansim.passwords.hash.duration", "s", "Time to hash or check a password, the wait for a turn included.", advice: GrainMetrics.Seconds);
        meter.CreateObservableCounter("orleansim.passwords.hash.refused", () => Interlocked.Read(ref _hashesRefused), "{hash}", "Sign-ins that were refused because too many waited.");
        meter.CreateObservableUpDownCounter("orleansim.passwords.hash.waiting", () => Volatile.Read(ref _hashesWaiting), "{hash}", "Passwords that are hashed, or wait for it.");
    }

    public void OnPushed(int entries, int sessions) => Interlocked.Add(ref _pushes, (long)entries * sessions);

    public void OnRestarted() => Interlocked.Increment(ref _restarts);

    public void OnHashBegins() => Interlocked.Increment(ref _hashesWaiting);

    public void OnHashed(TimeSpan took)
    {
        Interlocked.Decrement(ref _hashesWaiting);
        _hashes.Record(took.TotalSeconds);
    }

    public void OnHashRefused() => Interlocked.Increment(ref _hashesRefused);
}
