namespace OrleansIM.Solo.Tests.Grains;

public interface ILifeGrain : IGrainWithStringKey
{
    Task<string> Instance();
    Task Stay(string moment);
    Task End();
    Task EndAndStay(string moment);
    Task Keep(TimeSpan time);
    Task<string> Append(int n);
}

/// <summary>Its key says what goes wrong: "fail constructor …", "fail activation …", "hold …", "slow end …".</summary>
[GrainType("test.life")]
public sealed class LifeGrain : Grain, ILifeGrain, IDisposable
{
    private readonly Probe _probe;
    private readonly string _instance = Guid.NewGuid().ToString();
    private readonly string _key;

    public LifeGrain(Probe probe, IGrainContext context)
    {
        _probe = probe;
        _key = context.GrainId.Key.ToString();
        probe.Note(_key, "constructor");
        if (_key.StartsWith("fail constructor", StringComparison.Ordinal))
        {
            throw new OddException("constructor");
        }
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _probe.Note(_key, "activate");
        if (_key.StartsWith("hold", StringComparison.Ordinal))
        {
            _probe.Reach(_key + " activating");
            await _probe.When(_key + " activate");
        }

        if (_key.StartsWith("fail activation", StringComparison.Ordinal) && !_probe.HasReached(_key + " healed"))
        {
            throw new OddException("activation");
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _probe.Note(_key, "deactivate " + reason.ReasonCode);
        _probe.Reach(_key + " ending");
        if (_key.StartsWith("slow end", StringComparison.Ordinal))
        {
            await _probe.When(_key + " end");
        }

        if (_key.StartsWith("fail end", StringComparison.Ordinal))
        {
            throw new OddException("end");
        }

        _probe.Note(_key, "deactivated");
    }

    public void Dispose() => _probe.Reach(_key + " disposed");

    public Task<string> Instance() => Task.FromResult(_instance);

    public async Task Stay(string moment)
    {
        _probe.Reach(moment + " in");
        await _probe.When(moment + " go");
        _probe.Note(_key, "stayed");
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task EndAndStay(string moment)
    {
        this.DeactivateOnIdle();
        return Stay(moment);
    }

    public Task Keep(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public Task<string> Append(int n)
    {
        _probe.Note(_key + " appended", n.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return Task.FromResult(_instance);
    }
}
