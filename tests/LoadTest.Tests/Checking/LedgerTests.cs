using OrleansIM.LoadTest.Checking;

namespace OrleansIM.LoadTest.Tests.Checking;

public sealed class LedgerTests
{
    private readonly CheckedTown _town = new();

    [Fact]
    public void Message_InBothLogs_IsFine()
    {
        var mark = _town.Send(1, 2, seq: 1);
        _town.Store(1, 1, mark);
        _town.Store(2, 1, mark);

        Assert.Empty(_town.Ledger.Incomplete());
        _town.Ledger.Conclude();

        _town.AssertClean();
        Assert.Equal((1, 1, 0, 0), _town.Ledger.Count());
    }

    [Theory]
    [InlineData(false, false, "both logs")]
    [InlineData(true, false, "the recipient's log")]
    [InlineData(false, true, "the sender's log")]
    public void Acknowledged_AndNotInALog_IsLost(bool inSenders, bool inRecipients, string where)
    {
        var mark = _town.Send(1, 2, seq: 1);
        if (inSenders)
        {
            _town.Store(1, 1, mark);
        }

        if (inRecipients)
        {
            _town.Store(2, 1, mark);
        }

        Assert.Equal(!inRecipients, _town.Ledger.Incomplete().Contains(2));
        _town.Ledger.Conclude();

        _town.AssertOnly(Fault.Lost, 1);
        Assert.Contains(where, _town.Findings.Examples(Fault.Lost)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Unsure_MayBeThereOrNot_ButNotByHalf()
    {
        var marks = Enumerable.Range(0, 3).Select(_ => Ledger.Begin(_town.Ledger.Open(1, 2), _town.Now(), _town.Now())).ToArray();
        _town.Store(1, 1, marks[1]);
        _town.Store(2, 1, marks[1]);
        _town.Ledger.Conclude();
        _town.AssertClean();

        _town.Store(1, 2, marks[2]);
        _town.Ledger.Conclude();
        _town.AssertOnly(Fault.Lost, 1);
    }

    [Fact]
    public void Refused_AndStored_IsCorrupted()
    {
        var mark = Ledger.Begin(_town.Ledger.Open(1, 2), _town.Now(), _town.Now());
        _town.Ledger.Refused(mark);
        _town.Store(1, 1, mark);
        _town.Store(2, 1, mark);
        _town.Ledger.Conclude();

        _town.AssertOnly(Fault.Corrupted, 1);
    }

    [Fact]
    public void Message_InALogTwice_IsDuplicatedOnce()
    {
        var mark = _town.Send(1, 2, seq: 1);
        var check = _town.SignIn(2);
        _town.Deliver(check, 2, 1, mark);
        _town.Deliver(check, 2, 2, mark);
        _town.Store(1, 1, mark);
        _town.Store(2, 1, mark);
        _town.Store(2, 2, mark);
        _town.Ledger.Conclude();

        _town.AssertOnly(Fault.Duplicated, 1);
    }

    [Fact]
    public void Answer_WithAnotherNumberThanTheLog_IsCorrupted()
    {
        var mark = Ledger.Begin(_town.Ledger.Open(1, 2), _town.Now(), _town.Now());
        _town.Store(1, 1, mark);
        _town.Store(2, 1, mark);
        _town.Ledger.Acknowledged(mark, 2, _town.Now());
        _town.Ledger.Conclude();

        _town.AssertOnly(Fault.Corrupted, 1);
    }

    [Fact]
    public void Recipient_WithAnotherOrderThanTheSender_IsReordered()
    {
        var (one, other) = (_town.Send(1, 2, 1), _town.Send(1, 2, 2));
        _town.Store(1, 1, one);
        _town.Store(1, 2, other);
        _town.Store(2, 2, one);
        _town.Store(2, 1, other);
        _town.Ledger.Conclude();

        _town.AssertOnly(Fault.Reordered, 1);
    }

    [Fact]
    public void Log_AgainstTime_IsReordered()
    {
        // To different friends, so only the sender's own log shows it: the first was acknowledged before the second was begun.
        var (one, other) = (_town.Send(1, 2, 2), _town.Send(1, 3, 1));
        _town.Store(1, 2, one);
        _town.Store(2, 1, one);
        _town.Store(1, 1, other);
        _town.Store(3, 1, other);
        _town.Ledger.Conclude();

        _town.AssertOnly(Fault.Reordered, 1);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 0)]
    [InlineData(1, 2, 0)]
    public void Requests_OfOneConnection_AreCarriedOutInTheirOrder(int writes, int secondConnection, long faults)
    {
        // Both under way at once, and written in the other order than they are stored.
        var conversation = _town.Ledger.Open(1, 2);
        var marks = Enumerable.Range(0, 2).Select(_ => Ledger.Begin(conversation, _town.Now(), _town.Now())).ToArray();
        for (var i = 0; i < writes; i++)
        {
            _town.Ledger.Written(marks[1], connection: 1, position: 1 + i);
        }

        _town.Ledger.Written(marks[0], secondConnection, position: 9);
        foreach (var (mark, seq) in marks.Zip([1L, 2L]))
        {
            _town.Ledger.Acknowledged(mark, seq, _town.Now());
            _town.Store(1, seq, mark);
            _town.Store(2, seq, mark);
        }

        _town.Ledger.Conclude();

        _town.AssertOnly(Fault.Reordered, faults);
    }
}
