namespace OrleansIM.Grains.Tests.Support;

/// <summary>The system's clock, moved ahead by as much as a test says. Timers run in real time.</summary>
internal sealed class ShiftableClock : TimeProvider
{
    private long _shift;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + new TimeSpan(Interlocked.Read(ref _shift));
}
