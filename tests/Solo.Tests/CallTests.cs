using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Solo.Tests.Grains;

namespace OrleansIM.Solo.Tests;

[Collection(nameof(SharedHost))]
public sealed class CallTests(EngineHost host)
{
    [Fact]
    public async Task Call_ToKey_ReachesItsOwnInstance()
    {
        var (a, b) = (host.Grain<ICallGrain>(), host.Grain<ICallGrain>());
        Assert.Equal(1, await a.Add(1));
        Assert.Equal(3, await a.Add(2));
        Assert.Equal(5, await b.Add(5));
        Assert.Equal(a.GetPrimaryKeyString(), await a.Key());
    }

    [Fact]
    public async Task ValueTasks_Returned_Complete()
    {
        var grain = host.Grain<ICallGrain>();
        await grain.Nothing();
        Assert.Equal(4, await grain.AddByValueTask(4));
        Assert.Equal(9, await grain.AddByValueTask(5));
    }

    [Fact]
    public async Task Arguments_OfEveryAllowedKind_Arrive()
    {
        var grain = host.Grain<ICallGrain>();
        var id = Guid.NewGuid();
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1));
        var order = new Order { Name = "n", Count = 2, Data = [1, 2] };
        var twice = await grain.Twice(order, null, id, at, TimeSpan.FromSeconds(1), 7);
        Assert.Equal($"n {id} {at:O} 00:00:01 7", twice.Name);
        Assert.Equal(4, twice.Count);
        Assert.Equal(new byte[] { 1, 2 }, twice.Data);
        Assert.Null(await grain.Null(null));
        Assert.Equal(2, (await grain.Many([order])).Count);
        Assert.Equal(3, (await grain.Lengths(["a", "abc"]))["abc"]);
        Assert.Equal(new byte[] { 9, 8 }, await grain.Bytes(new byte[] { 9, 8 }));
    }

    [Fact]
    public async Task Collections_SentOrReturned_BelongToTheReceiver()
    {
        var grain = host.Grain<ICallGrain>();
        List<string> words = ["a"];
        string[] more = ["b"];
        var counts = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["x"] = 1 };
        var first = await grain.Keep(words, more, counts);
        counts["y"] = 2;
        Assert.Equal(["a"], words);
        Assert.Equal(["b"], more);
        var second = await grain.Keep([], ["c"], counts);
        Assert.Equal(["a", "grain's", "b"], first);
        Assert.Equal(["a", "grain's", "b", "grain's", "c"], second);
        counts["z"] = 3;
        var kept = await grain.Counts();
        Assert.Equal(2, kept.Count);
        Assert.Equal(1, kept["X"]);
        kept.Clear();
        Assert.Equal(2, (await grain.Counts()).Count);
    }

    [Fact]
    public async Task InternalInterface_Called_Works()
        => Assert.Equal("x", (await host.Grain<IInternalGrain>().Echo(new Order { Name = "x", Count = 1 })).Name);

    [Fact]
    public async Task Exception_Thrown_ReachesCallerWithTypeAndMessage()
    {
        var grain = host.Grain<ICallGrain>();
        var early = await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Fail("no"));
        Assert.Equal("no", early.Message);
        var late = await Assert.ThrowsAsync<OddException>(() => grain.FailLate("odd"));
        Assert.Equal("odd", late.Message);
        Assert.Equal(1, await grain.Add(1));
    }

    [Fact]
    public async Task Cancellation_ThrownByGrain_CancelsTheCallersTask()
    {
        var call = host.Grain<ICallGrain>().FailCancelled();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal("changed my mind", thrown.Message);
        Assert.True(call.IsCanceled);
    }

    [Fact]
    public async Task References_ToOneGrain_AreEqual()
    {
        var key = Guid.NewGuid().ToString();
        var (a, b, c) = (host.Grain<ICallGrain>(key), host.Grain<ICallGrain>(key), host.Grain<ICallGrain>());
        Assert.Equal(a, b);
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.NotEqual(a, c);
        Assert.Equal<object>(a, a.AsReference<IInternalGrain>());
        Assert.True(await a.IsSame(b));
        Assert.False(await a.IsSame(c));
        Assert.Equal(a, await b.Self());
        Assert.Equal(key, await c.KeyOf(a));
        Assert.Equal(GrainId.Create("test.call", key), a.GetGrainId());
        Assert.Equal(1, new Dictionary<ICallGrain, int> { [a] = 1 }[b]);
    }

    [Fact]
    public async Task ReferenceFromGrainId_Called_ReachesTheGrain()
    {
        var grain = host.Grain<ICallGrain>();
        await grain.Add(3);
        Assert.Equal(4, await host.Grains.GetGrain<ICallGrain>(grain.GetGrainId()).Add(1));
        Assert.Equal(5, await host.Grains.GetGrain(grain.GetGrainId()).AsReference<ICallGrain>().Add(1));
    }

    [Fact]
    public void Interface_NobodyImplements_IsNamed()
    {
        var thrown = Assert.Throws<ArgumentException>(() => host.Grain<INobodyGrain>());
        Assert.Contains("Could not find an implementation for interface", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("NobodyGrain", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interface_TwoImplement_MeansTheOneOfItsName()
        => Assert.Equal("twice", await host.Grain<ITwiceGrain>().Which());

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void Key_Blank_IsRefused(string key) => Assert.Throws<ArgumentException>(() => host.Grain<ICallGrain>(key));

    [Fact]
    public async Task Silo_SeenByGrainAndHost_IsTheSame()
    {
        var silo = host.Services.GetRequiredService<ILocalSiloDetails>();
        Assert.Equal(silo.SiloAddress.ToString(), await host.Grain<ICallGrain>().Address());
        Assert.Matches(@"^S127\.0\.0\.1:\d+:\d+$", silo.SiloAddress.ToString());
    }

    [Fact]
    public async Task ClusterClient_InTheHost_CallsGrains()
        => Assert.Equal("k", await host.Services.GetRequiredService<IClusterClient>().GetGrain<ICallGrain>("k").Key());
}
