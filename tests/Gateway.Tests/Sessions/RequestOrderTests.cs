using OrleansIM.Gateway.Sessions;

namespace OrleansIM.Gateway.Tests.Sessions;

public sealed class RequestOrderTests
{
    private readonly RequestOrder _order = new();

    [Fact]
    public void Enter_WhatIsAboutSomebodyElse_GoesAtOnce()
    {
        _order.Enter(RequestScope.Message("bob"));
        Assert.True(_order.Enter(RequestScope.Message("cat")).Ready.IsCompleted);
        Assert.True(_order.Enter(RequestScope.Receipt("bob")).Ready.IsCompleted);
        Assert.True(_order.Enter(RequestScope.Contact("dan")).Ready.IsCompleted);
        Assert.True(_order.Enter(RequestScope.Links).Ready.IsCompleted);
        Assert.True(_order.Enter(RequestScope.Access).Ready.IsCompleted);
        Assert.False(_order.Enter(RequestScope.Mail).Ready.IsCompleted);
    }

    [Fact]
    public void Enter_AQuestionAboutWhatIsBeingChanged_Waits()
    {
        var links = _order.Enter(RequestScope.Links);
        var list = _order.Enter(RequestScope.LinkList);
        Assert.False(list.Ready.IsCompleted);

        _order.Leave(links);
        Assert.True(list.Ready.IsCompleted);
    }

    [Fact]
    public void Leave_WhoWaitsForNobodyElse_GoesInOrder()
    {
        var first = _order.Enter(RequestScope.Message("bob"));
        var setting = _order.Enter(RequestScope.Account);
        var second = _order.Enter(RequestScope.Message("cat"));
        var third = _order.Enter(RequestScope.Message("bob"));
        var group = _order.Enter(RequestScope.NewGroup);
        Assert.Equal([true, false, false, false], Ready(setting, second, third, group));

        _order.Leave(setting);
        Assert.Equal([true, false, true], Ready(second, third, group));
        _order.Leave(first);
        Assert.True(third.Ready.IsCompleted);
    }

    [Fact]
    public void Enter_AfterAQuestion_DoesNotWaitForItsAnswer()
    {
        var contact = _order.Enter(RequestScope.Contact("bob"));
        var question = _order.Enter(RequestScope.Question("bob"));
        var message = _order.Enter(RequestScope.Message("bob"));
        Assert.Equal([false, false], Ready(question, message));

        _order.Leave(contact);
        Assert.Equal([true, true], Ready(question, message));
    }

    [Fact]
    public void TryEnter_BehindOthersThatWait_TravelsWithThem()
    {
        Assert.True(_order.TryEnter(RequestScope.Message("bob"), new List<int> { 1 }, out var first));
        Assert.True(_order.TryEnter(RequestScope.Message("bob"), new List<int> { 2 }, out var second));
        Assert.True(_order.TryEnter(RequestScope.Message("cat"), new List<int> { 3 }, out _));
        Assert.False(_order.TryEnter(RequestScope.Message("bob"), new List<int> { 4 }, out _));

        _order.Leave(first);
        Assert.True(second.Ready.IsCompleted);
        Assert.Equal([2, 4], (List<int>)second.Load!);

        // It is under way: who comes now is not in it.
        Assert.True(_order.TryEnter(RequestScope.Message("bob"), new List<int> { 5 }, out _));
    }

    [Fact]
    public void TryEnter_SomethingBetween_GoesAfterIt()
    {
        _order.TryEnter(RequestScope.Message("bob"), new List<int> { 1 }, out _);
        _order.TryEnter(RequestScope.Message("bob"), new List<int> { 2 }, out _);
        var setting = _order.Enter(RequestScope.Contact("bob"));

        Assert.True(_order.TryEnter(RequestScope.Message("bob"), new List<int> { 3 }, out var third));
        Assert.Equal([false, false], Ready(setting, third));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Order_OfRandomRequestsThatEndAtRandom_IsKeptAndNobodyIsForgotten(int seed)
    {
        RequestScope[] scopes =
        [
            RequestScope.Message("bob"), RequestScope.Message("cat"), RequestScope.Receipt("bob"), RequestScope.Receipt("cat"), RequestScope.Contact("bob"),
            RequestScope.Group("group:g"), RequestScope.Message("group:g"), RequestScope.NewGroup, RequestScope.Account, RequestScope.Question("bob"),
            RequestScope.Question(null), RequestScope.Links, RequestScope.LinkList, RequestScope.Access, RequestScope.AccessList, RequestScope.Mail, RequestScope.Presence,
        ];
        var random = new Random(seed);
        var all = new List<RequestTurn>();
        var open = new List<RequestTurn>();
        for (var step = 0; step < 5_000 || open.Count > 0; step++)
        {
            if (step < 5_000 && open.Count < 64 && random.Next(2) == 0)
            {
                var entered = _order.Enter(random.GetItems(scopes, 1)[0]);
                all.Add(entered);
                open.Add(entered);
            }
            else if (open.Where(turn => turn.Ready.IsCompleted).ToArray() is { Length: > 0 } ready)
            {
                var done = random.GetItems(ready, 1)[0];
                open.Remove(done);
                _order.Leave(done);
            }

            // At any moment: who can go has nobody before him that he depends on, and who waits has.
            foreach (var (place, turn) in open.Index())
            {
                Assert.Equal(!open.Take(place).Any(before => RequestScope.IsBefore(before.Scope, turn.Scope)), turn.Ready.IsCompleted);
            }
        }

        Assert.All(all, turn => Assert.True(turn.Ready.IsCompleted));
    }

    private static IEnumerable<bool> Ready(params RequestTurn[] turns) => turns.Select(turn => turn.Ready.IsCompleted);
}
