using OrleansIM.LoadTest.Checking;

namespace OrleansIM.LoadTest.Tests.Checking;

public sealed class StreamCheckTests
{
    private readonly CheckedTown _town = new();

    [Fact]
    public void Events_InOrder_AreFine()
    {
        var check = _town.SignIn(2, cursor: 5);

        _town.Deliver(check, 2, 6, _town.Send(1, 2, 1));
        check.Durable(2, "a2", "receipt", 7);
        check.Ephemeral(2, "a2", "presence", "a1");
        check.End();

        _town.AssertClean();
        Assert.Equal(7, check.Cursors.Single().Value);
    }

    [Fact]
    public void Event_LeftOut_IsAGap()
    {
        var check = _town.SignIn(2);

        check.Durable(2, "a2", "receipt", 1);
        check.Durable(2, "a2", "receipt", 4);
        Assert.True(check.HasOpenGap);
        check.End();

        _town.AssertOnly(Fault.Gap, 2);
        Assert.Contains("2 to 3 of a2", _town.Findings.Examples(Fault.Gap)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Event_ComingLate_IsReorderedAndNoGap()
    {
        var check = _town.SignIn(2);

        check.Durable(2, "a2", "receipt", 2);
        check.Durable(2, "a2", "receipt", 1);
        check.End();

        _town.AssertOnly(Fault.Reordered, 1);
    }

    [Fact]
    public void Event_ComingTwice_IsDuplicated()
    {
        var check = _town.SignIn(2);

        check.Durable(2, "a2", "receipt", 1);
        check.Durable(2, "a2", "receipt", 1);
        check.End();

        _town.AssertOnly(Fault.Duplicated, 1);
    }

    [Fact]
    public void Resume_WithWhatTheClientHas_IsDuplicated()
    {
        var check = _town.Connect(2);
        check.Resume(2, 5);
        check.Page(2, "a2", 8, resumed: true, _town.Now());

        check.Durable(2, "a2", "receipt", 5);
        check.Durable(2, "a2", "receipt", 6);
        check.End();

        _town.AssertOnly(Fault.Duplicated, 1);
    }

    [Fact]
    public void Resume_WithoutWhatTheClientLacks_IsAGap()
    {
        var check = _town.Connect(2);
        check.Resume(2, 5);
        check.Page(2, "a2", 8, resumed: true, _town.Now());

        check.Durable(2, "a2", "receipt", 7);
        check.End();

        _town.AssertOnly(Fault.Gap, 1);
    }

    [Fact]
    public void PageOpenedAnew_GoesOnFromItsOwnCursor()
    {
        var check = _town.Connect(2);
        check.Resume(2, 5);
        check.Page(2, "a2", 8, resumed: false, _town.Now());

        check.Durable(2, "a2", "receipt", 9);
        check.End();

        _town.AssertClean();
    }

    [Fact]
    public void Event_OfAnAccountWithoutPage_IsALeak()
    {
        var check = _town.SignIn(2);

        check.Durable(3, "a3", "receipt", 1);
        check.Ephemeral(3, "a3", "typing", "a1");
        check.Ephemeral(Names.Stranger, "somebody-else", "presence", "a1");

        _town.AssertOnly(Fault.Leak, 3);
    }

    [Fact]
    public void Event_AfterPageGone_IsALeak()
    {
        _town.World.Rights.Set(1, 2, true, _town.Now());
        var check = _town.Connect(1);
        check.Page(2, "a2", 0, resumed: false, _town.Now());
        check.Durable(2, "a2", "receipt", 1);
        check.PageGone(2);

        check.Durable(2, "a2", "receipt", 2);

        _town.AssertOnly(Fault.Leak, 1);
    }

    [Fact]
    public void Page_OfAnotherAccount_IsALeak()
    {
        var check = _town.Connect(2);

        check.Page(3, "a3", 0, resumed: false, _town.Now());

        _town.AssertOnly(Fault.Leak, 1);
    }

    [Fact]
    public void Presence_OfNoFriend_IsALeak()
    {
        var check = _town.SignIn(2);

        check.Ephemeral(2, "a2", "presence", "nobody-known");

        _town.AssertOnly(Fault.Leak, 1);
    }

    [Fact]
    public void Message_OfOthers_IsALeak()
    {
        var check = _town.SignIn(2);

        _town.Deliver(check, 2, 1, _town.Send(3, 4, 1));

        _town.AssertOnly(Fault.Leak, 1);
    }

    [Fact]
    public void Message_SentAfterTheRightWasLost_IsALeakEvenWhereThePageIsOpen()
    {
        _town.World.Rights.Set(1, 2, true, _town.Now());
        var check = _town.Connect(1);
        check.Page(2, "a2", 0, resumed: false, _town.Now());
        var before = _town.Send(3, 2, 1);
        _town.World.Rights.Set(1, 2, false, _town.Now());

        // Sent before: it may have been on its way.
        _town.Deliver(check, 2, 1, before);
        _town.AssertClean();

        _town.Deliver(check, 2, 2, _town.Send(3, 2, 2));
        _town.AssertOnly(Fault.Leak, 1);
    }

    [Fact]
    public void Message_ThatNobodySent_IsCorrupted()
    {
        var check = _town.SignIn(2);

        check.Message(2, "a2", 1, new MessageMark(7, 1), "a1", "a2", _town.Now());
        check.End();

        _town.AssertOnly(Fault.Corrupted, 1);
    }

    [Fact]
    public void Message_WithAnotherSender_IsCorrupted()
    {
        var check = _town.SignIn(2);

        check.Message(2, "a2", 1, _town.Send(1, 2, 1), "a3", "a2", _town.Now());

        _town.AssertOnly(Fault.Corrupted, 1);
    }

    [Fact]
    public void Number_WithDifferentEventsForTwoSessions_IsCorrupted()
    {
        var (one, other) = (_town.SignIn(2), _town.SignIn(2));

        _town.Deliver(one, 2, 1, _town.Send(1, 2, 1));
        _town.Deliver(other, 2, 1, _town.Send(3, 2, 1));

        _town.AssertOnly(Fault.Corrupted, 1);
    }
}
