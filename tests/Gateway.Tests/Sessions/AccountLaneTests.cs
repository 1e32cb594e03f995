using OrleansIM.Gateway.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Gateway.Tests.Sessions;

public sealed class AccountLaneTests
{
    private readonly AccountLane _lane = new("ann");
    private readonly Client _client = new();

    [Fact]
    public void Push_NextEntry_IsForwarded()
    {
        Open(cursor: 4);

        Assert.False(Push(5, 6));

        Assert.Equal([5, 6], _client.Got);
        Assert.Equal(LaneState.Live, _lane.State);
    }

    [Fact]
    public void Push_OfWhatWasSeen_IsDropped()
    {
        Open(cursor: 4);

        Push(5);
        Assert.False(Push(4, 5));
        Assert.False(Push(3));

        Assert.Equal([5], _client.Got);
    }

    [Fact]
    public void Push_OverlappingBatch_ForwardsTheNewPartOnly()
    {
        Open(cursor: 4);

        Push(5, 6);
        Push(5, 6, 7);

        Assert.Equal([5, 6, 7], _client.Got);
    }

    [Fact]
    public void Push_AfterAGap_WaitsForTheLog()
    {
        Open(cursor: 4);

        Assert.True(Push(7));
        Assert.Empty(_client.Got);
        Assert.Equal(LaneStep.Pull, Step());

        Pulled(5, 6);
        Assert.Equal(LaneStep.None, Step());
        Assert.Equal([5, 6, 7], _client.Got);
        Assert.Equal(LaneState.Live, _lane.State);
    }

    [Fact]
    public void Push_DuringPull_NeitherDoublesNorOvertakes()
    {
        Open(cursor: 0);
        Push(2);
        Step();

        Assert.False(Push(3));
        Assert.False(Push(4));
        Assert.Empty(_client.Got);
        Pulled(1, 2, 3);
        Assert.Equal(LaneStep.None, Step());

        Assert.Equal([1, 2, 3, 4], _client.Got);
    }

    [Fact]
    public void Push_DuringPullMoreThanAreHeld_AreReadFromTheLog()
    {
        Open(cursor: 0);
        Push(2);
        Step();
        for (var seq = 3; seq <= 100; seq++)
        {
            Push(seq);
        }

        Pulled(1, 2);
        Assert.Equal(LaneStep.Pull, Step());
        Pulled([.. Enumerable.Range((int)_lane.Seen + 1, 100 - (int)_lane.Seen).Select(i => (long)i)]);
        Assert.Equal(LaneStep.None, Step());

        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), _client.Got);
    }

    [Fact]
    public void Push_BeforeThePage_JoinsAfterIt()
    {
        Assert.False(Push(5));
        Assert.False(Push(6));
        Assert.Empty(_client.Got);

        Open(cursor: 5, head: 5);

        Assert.Equal([6], _client.Got);
    }

    [Fact]
    public void Open_ResumedBehindTheHead_Pulls()
    {
        _lane.OnOpened(cursor: 3, head: 9);

        Assert.Equal(LaneStep.Pull, Step());
    }

    [Fact]
    public void Head_HigherThanSeen_Pulls()
    {
        Open(cursor: 4);

        Assert.False(_lane.OnHead(4));
        Assert.True(_lane.OnHead(5));
        Assert.Equal(LaneStep.Pull, Step());
    }

    [Fact]
    public void Forward_QueueFull_StopsAndCatchesUpFromTheLog()
    {
        Open(cursor: 0);
        _client.Room = 1;

        Assert.False(Push(1, 2, 3));
        Assert.Equal(LaneState.Behind, _lane.State);
        Assert.False(Push(4));

        _client.Room = int.MaxValue;
        Assert.True(_lane.OnRoom());
        Assert.Equal(LaneStep.Pull, Step());
        Pulled(2, 3, 4);
        Assert.Equal(LaneStep.None, Step());
        Assert.Equal([1, 2, 3, 4], _client.Got);
    }

    [Fact]
    public void Pull_LogHasLess_TrustsTheLog()
    {
        Open(cursor: 4);
        _lane.OnHead(9);
        Step();

        Pulled();

        Assert.Equal(LaneStep.None, Step());
        Assert.Equal(LaneState.Live, _lane.State);
    }

    [Fact]
    public void Pull_LogHasAHole_AsksTheAccount()
    {
        Open(cursor: 4);
        _lane.OnHead(20);
        Step();

        Assert.False(Pulled(15, 16));

        Assert.Empty(_client.Got);
        Assert.Equal(LaneStep.Reopen, Step());
    }

    [Fact]
    public void Forgotten_WhileReopening_ReopensAgain()
    {
        Open(cursor: 4);
        Assert.True(_lane.OnForgotten());
        Assert.Equal(LaneStep.Reopen, Step());
        Assert.False(_lane.OnForgotten());

        _lane.OnOpened(4, 4);

        Assert.Equal(LaneStep.Reopen, Step());
    }

    [Fact]
    public void Closed_WhateverComes_ForwardsNothing()
    {
        Open(cursor: 0);
        Push(2);
        Step();
        _lane.Close();

        Assert.False(Push(1));
        Pulled(1, 2);
        _lane.OnOpened(0, 2);

        Assert.Equal(LaneStep.None, Step());
        Assert.False(_lane.OnHead(9) || _lane.OnRoom() || _lane.OnForgotten());
        Assert.Empty(_client.Got);
    }

    /// <summary>Whatever is lost, doubled, reordered or late, the client sees the log and nothing else.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Schedule_Random_ForwardsTheLogOnce(int seed)
    {
        var random = new Random(seed);
        var log = Enumerable.Range(1, 200).Select(i => Entry(i)).ToArray();
        var head = random.Next(0, 20);
        var cursor = random.Next(0, head + 1);
        var inFlight = new List<TimelineEntry[]>();
        TimelineEntry[]? pulled = null;
        var opened = false;
        var repairing = false;

        for (var turn = 0; turn < 4000 && !(head == log.Length && _lane.State == LaneState.Live && _lane.Seen == head); turn++)
        {
            switch (random.Next(10))
            {
                case 0 or 1 when head < log.Length:
                    var count = random.Next(1, Math.Min(4, log.Length - head) + 1);
                    inFlight.Add(log[head..(head + count)]);
                    head += count;
                    break;
                case 2 or 3 when inFlight.Count > 0:
                    var pick = random.Next(inFlight.Count);
                    var sink = new Sink(_client);
                    repairing |= _lane.OnPushed(inFlight[pick], ref sink);
                    if (random.Next(3) > 0)
                    {
                        inFlight.RemoveAt(pick);
                    }

                    break;
                case 4 when inFlight.Count > 0:
                    inFlight.RemoveAt(random.Next(inFlight.Count));
                    break;
                case 5 when !opened:
                    _lane.OnOpened(cursor, head);
                    opened = repairing = true;
                    break;
                case 6:
                    repairing |= _lane.OnHead(head);
                    break;
                case 7:
                    _client.Room = random.Next(3) == 0 ? random.Next(5) : int.MaxValue;
                    repairing |= _client.Room > 5 && _lane.OnRoom();
                    break;
                case 8 when opened && random.Next(5) == 0:
                    repairing |= _lane.OnForgotten();
                    break;
                default:
                    (repairing, pulled) = Repair(repairing, pulled, log, head, random);
                    break;
            }
        }

        Assert.Equal(log.Length, head);
        Assert.Equal(LaneState.Live, _lane.State);
        Assert.Equal(Enumerable.Range(cursor + 1, log.Length - cursor).Select(i => (long)i), _client.Got);
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 300)];

    // A pull takes two of these turns, so that pushes come in between.
    private (bool Repairing, TimelineEntry[]? Pulled) Repair(bool repairing, TimelineEntry[]? pulled, TimelineEntry[] log, int head, Random random)
    {
        if (!repairing)
        {
            return (false, null);
        }

        if (pulled is not null)
        {
            var sink = new Sink(_client);
            _lane.OnPulled(pulled, ref sink);
            return (true, null);
        }

        switch (Step())
        {
            case LaneStep.Pull:
                return (true, log[(int)_lane.Seen..Math.Min(head, (int)_lane.Seen + random.Next(1, 20))]);
            case LaneStep.Reopen:
                _lane.OnOpened(_lane.Seen, head);
                return (true, null);
            default:
                return (false, null);
        }
    }

    private void Open(long cursor, long head = 0)
    {
        _lane.OnOpened(cursor, Math.Max(head, cursor));
        Assert.Equal(LaneStep.None, Step());
    }

    private bool Push(params long[] seqs)
    {
        var sink = new Sink(_client);
        return _lane.OnPushed([.. seqs.Select(Entry)], ref sink);
    }

    private bool Pulled(params long[] seqs)
    {
        var sink = new Sink(_client);
        return _lane.OnPulled([.. seqs.Select(Entry)], ref sink);
    }

    private LaneStep Step()
    {
        var sink = new Sink(_client);
        return _lane.NextStep(ref sink);
    }

    private static TimelineEntry Entry(long seq) => new() { Seq = seq, Kind = EntryKind.Message, At = seq, Data = [] };

    private sealed class Client
    {
        public List<long> Got { get; } = [];

        public int Room { get; set; } = int.MaxValue;
    }

    private readonly struct Sink(Client client) : ILaneSink
    {
        public bool TryForward(string account, TimelineEntry entry)
        {
            if (client.Room == 0)
            {
                return false;
            }

            client.Room--;
            client.Got.Add(entry.Seq);
            return true;
        }
    }
}
