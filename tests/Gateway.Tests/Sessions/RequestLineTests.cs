using OrleansIM.Gateway.Sessions;

namespace OrleansIM.Gateway.Tests.Sessions;

public sealed class RequestLineTests
{
    private readonly RequestLine _line = new();
    private readonly List<long> _went = [];

    [Fact]
    public void Wait_NothingHeld_GoesAtOnce() => Assert.Null(_line.Enter(_line.TakeTicket()));

    [Fact]
    public void Release_WhoeverWaits_GoesInTheOrderReceived()
    {
        long[] tickets = [_line.TakeTicket(), _line.TakeTicket(), _line.TakeTicket()];
        _line.Hold();
        foreach (var i in new[] { 2, 0, 1 })
        {
            _ = GoAsync(tickets[i]);
        }

        _line.Release(LineEnd.Open);

        Assert.Equal(tickets, _went);
        Assert.Null(_line.Wait(_line.TakeTicket()));
    }

    [Fact]
    public void Release_WhoeverComesMeanwhile_GoesAfterThem()
    {
        _line.Hold();
        var first = _line.TakeTicket();
        var second = _line.TakeTicket();
        _ = GoAsync(first, then: () => _ = GoAsync(_line.TakeTicket()));
        _ = GoAsync(second);

        _line.Release(LineEnd.Open);

        Assert.Equal([first, second, second + 1], _went);
    }

    [Fact]
    public void Quiet_WhileARequestIsUnderWay_Waits()
    {
        Assert.Null(_line.Enter(_line.TakeTicket()));
        Assert.Null(_line.Enter(_line.TakeTicket()));
        _line.Hold();
        Assert.NotNull(_line.Enter(_line.TakeTicket()));
        var quiet = _line.QuietAsync();

        _line.Leave();
        Assert.False(quiet.IsCompleted);
        _line.Leave();

        Assert.True(quiet.IsCompleted && _line.QuietAsync().IsCompleted);
    }

    [Fact]
    public void Release_OfAnEarlierHold_ReleasesNobody()
    {
        _line.Hold();
        var holds = _line.Holds;
        var waiting = _line.Enter(_line.TakeTicket())!;
        _line.Hold();

        _line.Release(LineEnd.Open, holds);
        Assert.False(waiting.IsCompleted);
        _line.Release(LineEnd.Open, _line.Holds);

        Assert.True(waiting.IsCompleted);
    }

    private async Task GoAsync(long ticket, Action? then = null)
    {
        if (_line.Wait(ticket) is { } turn)
        {
            Assert.Equal(LineEnd.Open, await turn);
        }

        _went.Add(ticket);
        then?.Invoke();
    }
}
