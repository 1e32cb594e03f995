using OrleansIM.Hosting.Memory;

namespace OrleansIM.Silo.Tests.Memory;

/// <summary>When a quiet server gives memory back.</summary>
public sealed class TrimRulesTests
{
    private const long MB = 1024 * 1024;

    private readonly TrimRules _rules = new(upTo: 256 * MB);
    private long _allocated;

    [Fact]
    public void Growth_OnceQuiet_IsTime()
    {
        Assert.False(Look(allocated: 300 * MB, committed: 200 * MB));
        Assert.False(Look(allocated: 0, committed: 200 * MB));
        Assert.True(Look(allocated: 0, committed: 200 * MB));
    }

    [Fact]
    public void Work_ThatGoesOn_IsNeverInterrupted()
    {
        Assert.All(Enumerable.Range(0, 500), _ => Assert.False(Look(allocated: 4 * MB, committed: 200 * MB)));
    }

    [Fact]
    public void Renewals_OnceASecond_AreNoWork()
    {
        Look(allocated: 300 * MB, committed: 250 * MB);

        Assert.Contains(true, Enumerable.Range(0, 4).Select(look => Look(allocated: look % 2 * 7 * MB, committed: 250 * MB)));
    }

    [Fact]
    public void Work_OnceASecond_IsNeverInterrupted()
    {
        Assert.All(Enumerable.Range(0, 500), look => Assert.False(Look(allocated: look % 2 * 9 * MB, committed: 250 * MB)));
    }

    [Fact]
    public void LittleGrowth_IsLeftAlone()
    {
        Assert.All(Enumerable.Range(0, 500), _ => Assert.False(Look(allocated: 0, committed: 60 * MB)));
    }

    [Fact]
    public void LargeHeap_IsLeftAlone()
    {
        Assert.All(Enumerable.Range(0, 500), _ => Assert.False(Look(allocated: 0, committed: 300 * MB)));
    }

    [Fact]
    public void Growth_SoonAfterATrim_Waits()
    {
        Assert.Contains(true, Enumerable.Range(0, 3).Select(_ => Look(allocated: 0, committed: 100 * MB)));
        _rules.OnTrimmed(new MemoryLook(_allocated, 101 * MB), took: TimeSpan.FromMilliseconds(150));

        // A hundred times as long, with two looks a second.
        Assert.All(Enumerable.Range(0, 30), _ => Assert.False(Look(allocated: 0, committed: 200 * MB)));
        Assert.True(Look(allocated: 0, committed: 200 * MB));
    }

    [Fact]
    public void Growth_ToTwiceAsMuchSoonAfterATrim_DoesNotWait()
    {
        Assert.Contains(true, Enumerable.Range(0, 3).Select(_ => Look(allocated: 0, committed: 130 * MB)));
        _rules.OnTrimmed(new MemoryLook(_allocated, 100 * MB), took: TimeSpan.FromMinutes(1));

        Assert.True(Look(allocated: 0, committed: 200 * MB));
    }

    [Fact]
    public void WhatIsLeft_IsNoGrowth()
    {
        Assert.Contains(true, Enumerable.Range(0, 3).Select(_ => Look(allocated: 0, committed: 240 * MB)));
        _rules.OnTrimmed(new MemoryLook(_allocated, 180 * MB), took: TimeSpan.Zero);

        Assert.All(Enumerable.Range(0, 500), _ => Assert.False(Look(allocated: 0, committed: 240 * MB)));
    }

    private bool Look(long allocated, long committed)
    {
        _allocated += allocated;
        return _rules.IsTime(new MemoryLook(_allocated, committed));
    }
}
