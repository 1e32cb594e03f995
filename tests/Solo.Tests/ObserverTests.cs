using System.Runtime.CompilerServices;
using OrleansIM.Solo.Tests.Grains;

namespace OrleansIM.Solo.Tests;

[Collection(nameof(SharedHost))]
public sealed class ObserverTests(EngineHost host)
{
    private sealed class Reader : IReader
    {
        private readonly Lock _gate = new();
        private int _inside;

        public List<string> News { get; } = [];
        public bool Overlapped { get; private set; }
        public TaskCompletionSource Last { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public string LastNews { get; init; } = "";
        public TaskScheduler? Scheduler { get; private set; }

        public void Read(string news)
        {
            Overlapped |= Interlocked.Increment(ref _inside) > 1;
            Scheduler = TaskScheduler.Current;
            Add(news);
            Interlocked.Decrement(ref _inside);
            if (news == "fail")
            {
                throw new OddException(news);
            }
        }

        public Task<int> Count(string news)
        {
            Add(news);
            return news == "fail" ? throw new OddException("reader") : Task.FromResult(News.Count);
        }

        public async Task Hear(string news)
        {
            Overlapped |= Interlocked.Increment(ref _inside) > 1;
            await Task.Delay(5);
            Add(news);
            Interlocked.Decrement(ref _inside);
        }

        private void Add(string news)
        {
            lock (_gate)
            {
                News.Add(news);
            }

            if (news == LastNews)
            {
                Last.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task News_OfAGrain_ReachTheReaderInOrderOneAtATime()
    {
        var grain = host.Grain<INewsGrain>();
        var reader = new Reader { LastNews = "999" };
        var reference = host.Grains.CreateObjectReference<IReader>(reader);
        await grain.Subscribe(reference);
        await grain.Publish(0, 1000);
        await Wait.For(reader.Last.Task, "the last news");
        Assert.Equal(Enumerable.Range(0, 1000).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)), reader.News);
        Assert.False(reader.Overlapped);
        Assert.Equal(TaskScheduler.Default, reader.Scheduler);
        GC.KeepAlive(reader);
    }

    [Fact]
    public async Task AsyncNews_OneWay_DoNotOverlap()
    {
        var grain = host.Grain<INewsGrain>();
        var reader = new Reader { LastNews = "9" };
        await grain.Subscribe(host.Grains.CreateObjectReference<IReader>(reader));
        for (var n = 0; n < 10; n++)
        {
            await grain.Say(n.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        await Wait.For(reader.Last.Task, "the last news");
        Assert.Equal("0123456789", string.Concat(reader.News));
        Assert.False(reader.Overlapped);
    }

    [Fact]
    public async Task References_ToOneReader_AreEqualAndToTwoAreNot()
    {
        var grain = host.Grain<INewsGrain>();
        var (one, two) = (new Reader(), new Reader());
        var (first, second) = (host.Grains.CreateObjectReference<IReader>(one), host.Grains.CreateObjectReference<IReader>(two));
        Assert.NotEqual(first, second);
        Assert.Equal(1, await grain.Subscribe(first));
        Assert.Equal(1, await grain.Subscribe(first));
        Assert.Equal(2, await grain.Subscribe(second));
        Assert.Equal(1, await grain.Unsubscribe(first));
        Assert.NotEqual(first, host.Grains.CreateObjectReference<IReader>(one));
        GC.KeepAlive((one, two));
    }

    [Fact]
    public async Task Reader_Asked_Answers()
    {
        var grain = host.Grain<INewsGrain>();
        var reader = new Reader();
        await grain.Subscribe(host.Grains.CreateObjectReference<IReader>(reader));
        Assert.Equal(1, await Wait.For(grain.AskEach("a"), "the answer"));
        await Assert.ThrowsAsync<OddException>(() => Wait.For(grain.AskEach("fail"), "the failure"));
        Assert.Equal(3, await Wait.For(grain.AskEach("b"), "the answer"));
        GC.KeepAlive(reader);
    }

    [Fact]
    public async Task Reader_ThatFails_GetsTheNextNews()
    {
        var grain = host.Grain<INewsGrain>();
        var reader = new Reader { LastNews = "0" };
        var reference = host.Grains.CreateObjectReference<IReader>(reader);
        reference.Read("fail");
        await grain.Subscribe(reference);
        await grain.Publish(0, 1);
        await Wait.For(reader.Last.Task, "the news after the failure");
        Assert.Equal(["fail", "0"], reader.News);
    }

    [Fact]
    public async Task Reference_Deleted_ForgetsNewsAndCannotBeDeletedTwice()
    {
        var grain = host.Grain<INewsGrain>();
        var (gone, here) = (new Reader(), new Reader { LastNews = "0" });
        var (dead, live) = (host.Grains.CreateObjectReference<IReader>(gone), host.Grains.CreateObjectReference<IReader>(here));
        await grain.Subscribe(dead);
        await grain.Subscribe(live);
        host.Grains.DeleteObjectReference<IReader>(dead);
        await grain.Publish(0, 1);
        await Wait.For(here.Last.Task, "the other's news");
        Assert.Empty(gone.News);
        Assert.Throws<ArgumentException>(() => host.Grains.DeleteObjectReference<IReader>(dead));
        Assert.Throws<ArgumentException>(() => host.Grains.DeleteObjectReference<IReader>(here));
        GC.KeepAlive(gone);
    }

    [Fact]
    public async Task Reader_NobodyHolds_IsForgotten()
    {
        var grain = host.Grain<INewsGrain>();
        var (reference, weak) = Make();
        await Wait.Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Task.FromResult(!weak.IsAlive);
        }, "the reader is collected");
        await grain.Subscribe(reference);
        await Wait.For(grain.Publish(0, 10), "the news to nobody");

        [MethodImpl(MethodImplOptions.NoInlining)]
        (IReader, WeakReference) Make()
        {
            var reader = new Reader();
            return (host.Grains.CreateObjectReference<IReader>(reader), new WeakReference(reader));
        }
    }

    [Fact]
    public async Task Reference_MadeInsideAGrain_IsRefused() => Assert.Equal("refused", await host.Grain<INewsGrain>().CreateInside());

    [Fact]
    public void Reference_ToAReference_IsRefused()
    {
        var reader = new Reader();
        var reference = host.Grains.CreateObjectReference<IReader>(reader);
        Assert.Throws<ArgumentException>(() => host.Grains.CreateObjectReference<IReader>(reference));
        GC.KeepAlive(reader);
    }
}
