using OrleansIM.LoadTest.Checking;

namespace OrleansIM.LoadTest.Tests.Checking;

/// <summary>Four accounts, <c>a1</c> to <c>a4</c>, friends of each other, and a clock that goes on by one.</summary>
internal sealed class CheckedTown
{
    public const string Run = "lt1";

    private long _now;

    public CheckedTown()
    {
        var names = new Names();
        foreach (var number in Enumerable.Range(1, 4))
        {
            names.Add($"a{number}");
        }

        World = new CheckedWorld(names, new Ledger(names, Findings), new Rights(), Findings, static (_, about) => about != Names.Stranger);
    }

    public Findings Findings { get; } = new();

    public CheckedWorld World { get; }

    public Ledger Ledger => World.Ledger;

    public long Now() => ++_now;

    public StreamCheck Connect(int viewer) => new(viewer, $"session of a{viewer}", Now(), World);

    /// <summary>A session of an account with its own page, which ends at a number.</summary>
    public StreamCheck SignIn(int viewer, long cursor = 0)
    {
        var check = Connect(viewer);
        check.Page(viewer, $"a{viewer}", cursor, resumed: false, Now());
        return check;
    }

    /// <summary>A message that is begun and acknowledged.</summary>
    public MessageMark Send(int from, int to, long seq)
    {
        var mark = Ledger.Begin(Ledger.Open(from, to), Now(), Now());
        Ledger.Acknowledged(mark, seq, Now());
        return mark;
    }

    /// <summary>A message comes on a page.</summary>
    public void Deliver(StreamCheck check, int account, long seq, MessageMark mark)
    {
        var conversation = Ledger.Find(mark)!;
        check.Message(account, $"a{account}", seq, mark, $"a{conversation.From}", $"a{conversation.To}", Now());
    }

    /// <summary>A message is in a log at the end.</summary>
    public void Store(int account, long seq, MessageMark mark) => Ledger.Saw(account, seq, mark, inLog: true);

    /// <summary>Nothing of any kind, but so many of one.</summary>
    public void AssertOnly(Fault kind, long count)
    {
        foreach (var other in Enum.GetValues<Fault>())
        {
            Assert.True(
                Findings[other] == (other == kind ? count : 0),
                $"{other}: {Findings[other]}; {string.Join("; ", Enum.GetValues<Fault>().SelectMany(Findings.Examples))}");
        }
    }

    public void AssertClean() => AssertOnly(Fault.Lost, 0);
}
