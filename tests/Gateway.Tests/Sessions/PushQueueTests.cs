using OrleansIM.Gateway.Sessions;
using OrleansIM.Sessions;
using OrleansIM.TestSupport;

namespace OrleansIM.Gateway.Tests.Sessions;

public sealed class PushQueueTests
{
    [Fact]
    public async Task Push_FromManyThreads_ArrivesOneAfterTheOtherInTheOrderOfEach()
    {
        var observer = new Observer();
        var queue = new PushQueue(observer);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
        {
            for (var number = 0; number < 2_000; number++)
            {
                Push(queue, writer.ToString(), number);
            }
        })));

        await Eventually.TrueAsync(() => observer.Count == 16_000, "all pushes");
        Assert.False(observer.WasDisturbed);
        foreach (var ofOne in observer.Pushes.GroupBy(push => push.Account))
        {
            Assert.Equal(Enumerable.Range(0, 2_000), ofOne.Select(push => push.Number));
        }
    }

    [Fact]
    public async Task Push_ObserverIsBusy_NeitherWaitsForItNorDisturbsIt()
    {
        var observer = new Observer();
        using var gate = new ManualResetEventSlim();
        observer.Gate = gate;
        var queue = new PushQueue(observer);

        Push(queue, "ann", 0);
        await Eventually.TrueAsync(() => observer.IsInside, "the first push");
        for (var number = 1; number < 10; number++)
        {
            Push(queue, "ann", number);
        }

        // Whatever they have started has begun by then, or never will.
        await Task.Run(static () => { });
        await Task.Run(static () => { });
        Assert.Equal(0, observer.Count);
        gate.Set();
        await Eventually.TrueAsync(() => observer.Count == 10, "all pushes");
        Assert.False(observer.WasDisturbed);
    }

    [Fact]
    public async Task Push_InACallersContext_ArrivesOutsideOfIt()
    {
        var observer = new Observer();
        var queue = new PushQueue(observer);
        Observer.Context.Value = "the caller's";

        Push(queue, "ann", 0);

        await Eventually.TrueAsync(() => observer.Count == 1, "the push");
        Assert.Null(observer.SeenContext);
    }

    /// <summary>What kind of push it is goes round: all three are in one order.</summary>
    private static void Push(PushQueue queue, string account, int number)
    {
        string[] sessions = [number.ToString()];
        switch (number % 3)
        {
            case 0:
                queue.OnEntries(new PushedEntries { Account = account, Sessions = sessions, Entries = [] });
                break;
            case 1:
                queue.OnSignal(new PushedSignal { Account = account, Sessions = sessions, Event = "typing", Data = [] });
                break;
            default:
                queue.OnSessionsEnded(new PushedEnd { Account = account, Sessions = sessions, Reason = SessionEnd.SignedOut });
                break;
        }
    }

    private sealed class Observer : IGatewayObserver
    {
        public static readonly AsyncLocal<string?> Context = new();

        private int _inside;
        private int _count;

        public ManualResetEventSlim? Gate { get; set; }

        public List<(string Account, int Number)> Pushes { get; } = [];

        public int Count => Volatile.Read(ref _count);

        public bool IsInside => Volatile.Read(ref _inside) > 0;

        public bool WasDisturbed { get; private set; }

        public string? SeenContext { get; private set; }

        public void OnEntries(PushedEntries push) => Note(push.Account, push.Sessions, 0);

        public void OnSignal(PushedSignal push) => Note(push.Account, push.Sessions, 1);

        public void OnSessionsEnded(PushedEnd push) => Note(push.Account, push.Sessions, 2);

        private void Note(string account, string[] sessions, int kind)
        {
            WasDisturbed |= Interlocked.Increment(ref _inside) != 1;
            Gate?.Wait(TimeSpan.FromSeconds(60));
            var number = int.Parse(sessions[0]);
            WasDisturbed |= number % 3 != kind;
            SeenContext = Context.Value;
            Pushes.Add((account, number));
            Interlocked.Decrement(ref _inside);
            Interlocked.Increment(ref _count);
        }
    }
}
