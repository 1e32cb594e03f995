using OrleansIM.Grains.Concurrency;

namespace OrleansIM.Grains.Tests.Concurrency;

/// <summary>Gates, as the turns of one activation use them.</summary>
public sealed class AsyncGateTests
{
    [Fact]
    public async Task Enter_WhileHeld_WaitsInTheOrderOfAsking()
    {
        var gate = new AsyncGate();
        var first = await gate.EnterAsync();
        Assert.False(gate.IsFree);
        var second = gate.EnterAsync().AsTask();
        var third = gate.EnterAsync().AsTask();

        first.Dispose();
        var held = await second.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(third.IsCompleted, "two hold the gate");
        held.Dispose();
        (await third.WaitAsync(TimeSpan.FromSeconds(60))).Dispose();

        Assert.True(gate.IsFree);
    }

    [Fact]
    public async Task Leave_WithSomebodyWaiting_LetsNobodySlipIn()
    {
        var gate = new AsyncGate();
        var first = await gate.EnterAsync();
        var waiting = gate.EnterAsync().AsTask();
        first.Dispose();

        Assert.False(gate.IsFree);
        var late = gate.EnterAsync().AsTask();
        Assert.False(late.IsCompleted, "the gate was handed over, not opened");

        (await waiting.WaitAsync(TimeSpan.FromSeconds(60))).Dispose();
        (await late.WaitAsync(TimeSpan.FromSeconds(60))).Dispose();
    }

    [Fact]
    public async Task KeyedGate_HoldsOneKeyAndNotAnother()
    {
        var gates = new KeyedGate();
        var ann = await gates.EnterAsync("ann");
        var again = gates.EnterAsync("ann").AsTask();
        using (await gates.EnterAsync("bob").AsTask().WaitAsync(TimeSpan.FromSeconds(60)))
        {
            Assert.False(again.IsCompleted);
        }

        ann.Dispose();
        (await again.WaitAsync(TimeSpan.FromSeconds(60))).Dispose();
        using var free = await gates.EnterAsync("ann").AsTask().WaitAsync(TimeSpan.FromSeconds(60));
    }
}
