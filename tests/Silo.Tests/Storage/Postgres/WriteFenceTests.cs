using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansIM.Grains.Timelines;
using OrleansIM.Hosting.Storage;
using OrleansIM.Hosting.Storage.Postgres;
using OrleansIM.Silo.Storage.Postgres;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Tests.Storage.Postgres;

public sealed class WriteFenceTests
{
    private static readonly TimeSpan s_validity = TimeSpan.FromSeconds(1.5);

    private readonly FakeTimeProvider _time = new();
    private readonly WriteFence _fence;
    private Func<bool> _isMember = () => true;
    private int _looks;

    public WriteFenceTests() => _fence = new WriteFence(s_validity, () => Task.FromResult(Look()), _time);

    [Fact]
    public async Task Enter_WithinTheValidityOfALook_AsksNobody()
    {
        await _fence.EnterAsync(default);
        _time.Advance(s_validity * 0.9);

        await _fence.EnterAsync(default);

        Assert.Equal(1, _looks);
    }

    [Fact]
    public async Task Enter_AfterAPause_LooksAgain()
    {
        await _fence.EnterAsync(default);
        _time.Advance(s_validity);

        await _fence.EnterAsync(default);

        Assert.Equal(2, _looks);
    }

    [Fact]
    public async Task Enter_DeclaredDeadMeanwhile_IsRefusedForGood()
    {
        await _fence.EnterAsync(default);
        _time.Advance(s_validity);
        _isMember = () => false;

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _fence.EnterAsync(default));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _fence.EnterAsync(default));
    }

    [Fact]
    public async Task Look_AheadOfTime_FindsItDeadBeforeTheLastLookIsOld()
    {
        await _fence.EnterAsync(default);
        _isMember = () => false;

        await Assert.ThrowsAsync<StoreUnavailableException>(_fence.LookAsync);

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _fence.EnterAsync(default));
    }

    [Fact]
    public async Task Enter_StoodStillBetweenQuestionAndAnswer_AsksAgain()
    {
        // The store has said yes, and by the time that is read it is no more than what was.
        _isMember = () =>
        {
            _time.Advance(_looks == 1 ? s_validity : TimeSpan.Zero);
            return _looks == 1;
        };

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _fence.EnterAsync(default));

        Assert.Equal(2, _looks);
    }

    [Fact]
    public async Task Enter_EveryAnswerTakesTooLong_IsRefusedAndNotForGood()
    {
        _isMember = () =>
        {
            _time.Advance(s_validity);
            return true;
        };
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _fence.EnterAsync(default));

        _isMember = () => true;

        await _fence.EnterAsync(default);
    }

    [Fact]
    public async Task Enter_TheStoreCannotBeAsked_FailsAsTheStoreDoes()
    {
        _isMember = () => throw new TimeoutException("no answer");

        await Assert.ThrowsAsync<TimeoutException>(async () => await _fence.EnterAsync(default));
    }

    [Fact]
    public async Task Enter_ManyAtOnce_AskOnce()
    {
        var answer = new TaskCompletionSource<bool>();
        var fence = new WriteFence(s_validity, () =>
        {
            _looks++;
            return answer.Task;
        }, _time);

        var entering = Enumerable.Range(0, 10).Select(_ => fence.EnterAsync(default).AsTask()).ToArray();
        answer.SetResult(true);
        await Task.WhenAll(entering);

        Assert.Equal(1, _looks);
    }

    [Fact]
    public async Task None_IsAlwaysOpen()
    {
        await WriteFence.None.EnterAsync(default);
        await WriteFence.None.EnterAsync(default);
    }

    [Fact]
    public async Task State_OfAProcessBehindTheFence_IsNotWritten()
    {
        _isMember = () => false;
        var storage = new TextKeyGrainStorage(new NoStorage(), _fence);
        var grain = GrainId.Create("kind", "key");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => storage.WriteStateAsync("state", grain, new GrainState<string>("x")));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => storage.ClearStateAsync("state", grain, new GrainState<string>("x")));
    }

    [Fact]
    public async Task Entry_OfAProcessBehindTheFence_IsNotWritten()
    {
        _isMember = () => false;
        await using var database = new PostgresDatabase(Options.Create(new StorageOptions { Provider = "postgres", ConnectionString = "Host=nobody.invalid" }));
        var store = new PostgresTimelineStore(database, _fence);

        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => store.AppendAsync([new NewEntry("ann", new TimelineEntry { Seq = 1, Kind = EntryKind.Message, At = 1, Data = [] })], default));
    }

    private bool Look()
    {
        _looks++;
        return _isMember();
    }

    private sealed class NoStorage : IGrainStorage
    {
        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Task.CompletedTask;

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new InvalidOperationException("It was written.");

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new InvalidOperationException("It was cleared.");
    }
}
