using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Runtime;
using OrleansIM.Grains.Links;
using OrleansIM.Grains.Tests.Support;
using InconsistentStateException = Orleans.Storage.InconsistentStateException;

namespace OrleansIM.Grains.Tests;

public sealed class StateStoreTests
{
    private static readonly GrainId s_grain = GrainId.Create("im-link-group", "one");
    private static readonly LinkGroupState s_next = new() { Notices = [new("ann", "1", [], [])] };

    private readonly MemoryGrainStorage _storage = new();
    private readonly StateStore<LinkGroupState> _states;

    public StateStoreTests() => _states = new(StorageNames.LinkGroup, _storage, NullLogger<StateStore<LinkGroupState>>.Instance);

    [Fact]
    public async Task Read_OfWhatIsNotThere_IsEmpty()
    {
        var state = await _states.ReadAsync(s_grain);

        Assert.False(state.RecordExists);
        Assert.Empty(state.State!.Members);
    }

    [Fact]
    public async Task Replace_AgainAndAgain_IsReadBack()
    {
        var state = await _states.ReadAsync(s_grain);
        await _states.ReplaceAsync(s_grain, state, new(), () => { });
        await _states.ReplaceAsync(s_grain, state, s_next, () => { });

        var read = await _states.ReadAsync(s_grain);
        Assert.True(state.RecordExists && read.RecordExists);
        Assert.Equal("ann", Assert.Single(read.State!.Notices).Account);
    }

    [Fact]
    public async Task Replace_NotStored_EndsTheActivationWithTheStateItHad()
    {
        var state = await _states.ReadAsync(s_grain);
        var (before, ends) = (state.State, 0);
        _storage.BeforeWrite = (_, _) => throw new IOException("no disk");

        var failure = await Assert.ThrowsAsync<OrleansException>(() => _states.ReplaceAsync(s_grain, state, s_next, () => ends++));

        Assert.IsType<IOException>(failure.InnerException);
        Assert.Equal((before, 1), (state.State, ends));
        Assert.False(state.RecordExists);
    }

    [Fact]
    public async Task Write_OverWhatAnotherHasWritten_IsRefusedInOrleansOwnWord()
    {
        var (one, other) = (await _states.ReadAsync(s_grain), await _states.ReadAsync(s_grain));
        await _states.WriteAsync(s_grain, one);

        // An activation from which that gets out is ended by the engine.
        await Assert.ThrowsAsync<InconsistentStateException>(() => _states.WriteAsync(s_grain, other));
    }

    [Fact]
    public async Task Read_StorageFails_ThrowsWhatTravels()
    {
        _storage.BeforeRead = _ => throw new IOException("no disk");

        await Assert.ThrowsAsync<OrleansException>(() => _states.ReadAsync(s_grain));
    }

    [Fact]
    public async Task Clear_LeavesNothing()
    {
        var state = await _states.ReadAsync(s_grain);
        await _states.WriteAsync(s_grain, state);
        await _states.ClearAsync(s_grain, state);

        Assert.Empty(_storage.Dump());
        Assert.False((await _states.ReadAsync(s_grain)).RecordExists);
    }
}
