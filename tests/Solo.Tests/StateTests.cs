using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Hosting;
using Orleans.Storage;
using OrleansIM.Solo.Tests.Grains;

namespace OrleansIM.Solo.Tests;

[Collection(nameof(SharedHost))]
public sealed class StateTests(EngineHost host)
{
    private static async Task<string> Next(IStateGrain grain)
    {
        var before = await grain.Instance();
        await grain.End();
        await Wait.Until(async () => await grain.Instance() != before, "there is a next activation");
        return await grain.Get();
    }

    [Fact]
    public async Task State_NeverWritten_IsEmptyAndHasNoRecord()
        => Assert.Equal("none none False False", await host.Grain<IStateGrain>().Get());

    [Fact]
    public async Task State_Written_IsThereAtTheNextActivation()
    {
        var grain = host.Grain<IStateGrain>();
        var first = await grain.Set("one");
        Assert.NotEqual(first, await grain.Set("two"));
        await grain.SetUnwritten("three");
        Assert.Equal("two two True True", await Next(grain));
    }

    [Fact]
    public async Task State_Read_LosesWhatWasNotWritten()
    {
        var grain = host.Grain<IStateGrain>();
        await grain.Set("one");
        await grain.SetUnwritten("two");
        Assert.Equal("none one True True", await grain.Read());
    }

    [Fact]
    public async Task State_Cleared_IsEmptyAgain()
    {
        var grain = host.Grain<IStateGrain>();
        await grain.Set("one");
        await grain.Clear();
        Assert.Equal("none none False False", await grain.Get());
        await grain.Set("two");
        Assert.Equal("two two True True", await Next(grain));
    }

    [Fact]
    public async Task States_OfTwoProviders_AreApart()
    {
        var grain = host.Grain<IStateGrain>();
        await grain.Set("one");
        Assert.Equal("two", await grain.Other("two"));
        await Next(grain);
        Assert.Equal("two", await grain.Other(""));
    }

    [Fact]
    public async Task Writes_AskedForAtOnce_BecomeOne()
    {
        var grain = host.Grain<IStateGrain>();
        Assert.Equal(1, await grain.WriteAtOnce(5));
        Assert.Equal("4 4 True True", await Next(grain));
    }

    [Fact]
    public async Task State_OutsideOfATurn_IsRefused() => Assert.Equal("refused", await host.Grain<IStateGrain>().Outside());

    [Fact]
    public async Task Write_OverANewerOne_FailsAndEndsTheActivation()
    {
        var grain = host.Grain<IStateGrain>();
        await grain.Set("one");
        var instance = await grain.Instance();
        var storage = host.Services.GetRequiredService<IGrainStorage>();
        var other = new GrainState<NoteState>();
        await storage.ReadStateAsync("note", grain.GetGrainId(), other);
        Assert.Equal("one", other.State!.Value);
        other.State.Value = "theirs";
        await storage.WriteStateAsync("note", grain.GetGrainId(), other);

        await Assert.ThrowsAsync<InconsistentStateException>(() => grain.Set("mine"));
        await Wait.Until(async () => await grain.Instance() != instance, "there is a next activation");
        Assert.Equal("theirs theirs True True", await grain.Get());
    }

    [Fact]
    public async Task Write_WithAnOldEtag_IsRefusedByTheStorage()
    {
        var storage = host.Services.GetRequiredKeyedService<IGrainStorage>("named");
        var id = GrainId.Create("test.state", Guid.NewGuid().ToString());
        var (a, b) = (new GrainState<NoteState>(new() { Value = "a" }), new GrainState<NoteState>(new() { Value = "b" }));
        await storage.WriteStateAsync("x", id, a);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("x", id, b));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("x", id, b));
        await storage.ReadStateAsync("x", id, b);
        Assert.Equal((a.ETag, "a", true), (b.ETag, b.State!.Value, b.RecordExists));
        Assert.NotSame(a.State, b.State);
    }

    [Fact]
    public async Task Provider_OfNoSuchName_IsNamed()
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Grain<IUnknownStorageGrain>().Nothing());
        Assert.Contains("nowhere", Assert.IsType<BadProviderConfigException>(thrown.GetBaseException()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_ThatFails_FailsCallsAsOrleansException()
    {
        var storage = new BrokenStorage();
        await using var broken = await EngineHost.StartAsync(silo =>
        {
            silo.Services.AddGrainStorage("Default", (_, _) => storage);
            silo.AddMemoryGrainStorage("named");
        });
        var grain = broken.Grain<IStateGrain>();
        await grain.Get();
        storage.Broken = true;
        var write = await Assert.ThrowsAsync<OrleansException>(() => grain.Set("x"));
        Assert.Equal("disk full", Assert.IsType<IOException>(write.InnerException).Message);
        var read = await Assert.ThrowsAsync<OrleansException>(() => broken.Grain<IStateGrain>().Get());
        Assert.Equal("disk full", Assert.IsType<IOException>(read.InnerException).Message);
        storage.Broken = false;
        await grain.Set("y");
    }

    private sealed class BrokenStorage : IGrainStorage
    {
        public bool Broken { get; set; }

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Run();

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Run();

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Run();

        private Task Run() => Broken ? throw new IOException("disk full") : Task.CompletedTask;
    }
}
