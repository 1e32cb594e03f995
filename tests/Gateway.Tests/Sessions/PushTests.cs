using OrleansIM.Gateway.Tests.World;
using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Tests.Sessions;

/// <summary>A live session whose accounts push badly, start anew, or cannot be reached.</summary>
public sealed class PushTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private FakeAccount _ann = null!;
    private StreamClient _client = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _ann = _host.World.Add("ann");
        _host.World.Add("bob");
        _client = await _host.SignInAsync("ann");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Push_Lost_IsReadFromTheLogAtTheNext()
    {
        _ann.LosesPushes = true;
        for (var i = 0; i < 150; i++)
        {
            _ann.Append();
        }

        _ann.LosesPushes = false;
        _ann.Append();
        await UntilAsync(151);

        Assert.Equal(Upto(151), _client.Seqs("ann"));
    }

    [Fact]
    public async Task Push_DoubledAndReordered_ArrivesOnceAndInOrder()
    {
        _ann.LosesPushes = true;
        for (var i = 0; i < 40; i++)
        {
            _ann.Append();
        }

        var log = _ann.Log.ToArray();
        _ann.Push(log[10..12]);
        _ann.Push(log[0..5]);
        _ann.Push(log[0..5]);
        _ann.Push(log[3..8]);
        _ann.Push(log[39]);
        await UntilAsync(40);

        Assert.Equal(Upto(40), _client.Seqs("ann"));
    }

    [Fact]
    public async Task Pull_Failing_IsTriedAgain()
    {
        var failures = 2;
        _ann.Throws = method => method == "ReadEntries" && failures-- > 0 ? new TimeoutException() : null;
        _ann.LosesPushes = true;
        _ann.Append();
        _ann.LosesPushes = false;
        _ann.Append();
        await UntilAsync(2);

        Assert.Equal(Upto(2), _client.Seqs("ann"));
    }

    [Fact]
    public async Task Account_Restarted_IsOpenedAgainFromWhereTheClientIs()
    {
        _ann.Append();
        await UntilAsync(1);
        _ann.LosesPushes = true;
        _ann.Append();
        _ann.LosesPushes = false;

        _ann.End(SessionEnd.Restarted);
        await UntilAsync(2);
        await _client.UntilAsync(_ => _ann.SessionCount == 1, "the session to be open again");
        _ann.Append();
        await UntilAsync(3);

        Assert.Equal(Upto(3), _client.Seqs("ann"));
        Assert.Equal(1, _client.Count("page"));
    }

    [Fact]
    public async Task Request_ToAnAccountThatForgotTheSession_IsAnsweredAfterReopening()
    {
        _ann.Forget();

        var sent = await _client.OkAsync("""{"id":1,"op":"send","as":"ann","to":"bob","body":"x","cid":"1"}""");
        await UntilAsync(1);

        Assert.Equal(1, sent.GetProperty("seq").GetInt32());
        Assert.Equal(1, _client.Count("page"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Requests_ManyAtOnceToAnAccountThatForgot_StayInOrder(int round)
    {
        Assert.InRange(round, 1, 5);
        var gate = _ann.Close("OpenSession");
        _ann.Forget();
        for (var i = 1; i <= 40; i++)
        {
            await _client.SendAsync($$"""{"id":{{i}},"op":"send","as":"ann","to":"bob","body":"x","cid":"{{i}}"}""");
        }

        await gate.Reached;
        gate.Open();
        await _client.AnswerAsync("40");
        await UntilAsync(40);

        Assert.Equal(Enumerable.Range(1, 40).Select(i => $"ann.cid:{i}"), _host.World.Calls.Where(c => c.Contains(".cid:", StringComparison.Ordinal)));
        Assert.Equal(Upto(40), _client.Seqs("ann"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Accounts_AllStartedAnewAtOnce_StayInTheSession(bool isAsked)
    {
        var work = _host.World.Add("work");
        _host.World.Link("g", ("ann", LinkRole.Master), ("work", LinkRole.Secondary));
        var client = await _host.SignInAsync("ann");
        var reopening = _ann.Close("OpenSession");
        _ann.Forget();

        // The linked account notices first, and cannot ask the one that has signed in yet.
        if (isAsked)
        {
            work.Forget();
            await client.SendAsync("""{"id":1,"op":"send","as":"work","to":"bob","body":"x","cid":"1"}""");
        }
        else
        {
            work.End(SessionEnd.Restarted);
        }

        await reopening.Reached;
        reopening.Open();
        await client.UntilAsync(_ => work.SessionCount == 1, "the linked account to be open again");
        work.Append();
        await client.UntilAsync(_ => client.Seqs("work").Length == work.Head, "its entries");

        Assert.Equal(0, client.Count("pageGone"));
        Assert.Equal(2, client.Count("page"));
    }

    [Fact]
    public async Task Reopen_TooFarBehind_SendsThePageAgain()
    {
        _ann.ResumeWindow = 3;
        _ann.LosesPushes = true;
        for (var i = 0; i < 10; i++)
        {
            _ann.Append();
        }

        _ann.End(SessionEnd.Restarted);
        await _client.EventAsync("page");
        _ann.LosesPushes = false;
        _ann.Append();
        await UntilAsync(11);

        Assert.Equal([11L], _client.Seqs("ann"));
    }

    [Fact]
    public async Task Log_WithoutItsOldEnd_SendsThePageAgain()
    {
        _ann.LosesPushes = true;
        for (var i = 0; i < 10; i++)
        {
            _ann.Append();
        }

        (_ann.Forgotten, _ann.ResumeWindow) = (6, 3);
        _ann.Push(_ann.Log[9]);

        Assert.Equal(10, (await _client.EventAsync("page")).GetProperty("data").GetProperty("cursor").GetInt32());
        Assert.Empty(_client.Seqs("ann"));
    }

    [Fact]
    public async Task Reopen_WhileUnreachable_IsUnavailableAndThenRecovers()
    {
        _ann.Throws = method => method == "OpenSession" ? new TimeoutException() : null;
        _ann.Forget();

        Assert.Equal(ErrorCodes.Unavailable, await _client.RefusalAsync("""{"id":1,"op":"send","as":"ann","to":"bob","body":"x","cid":"1"}"""));

        _ann.Throws = null;
        await _client.UntilAsync(_ => _ann.SessionCount == 1 || Nudge(), "the session to be open again");
        await _client.OkAsync("""{"id":2,"op":"send","as":"ann","to":"bob","body":"x","cid":"1"}""");
    }

    [Fact]
    public async Task Reopen_RefusedByTheOwnAccount_SignsOut()
    {
        _ann.Generation++;

        _ann.End(SessionEnd.Restarted);

        await _client.SaidByeAsync(CloseCodes.SignedOut);
    }

    [Theory]
    [InlineData(SessionEnd.SignedOut)]
    [InlineData(SessionEnd.CredentialsChanged)]
    [InlineData(SessionEnd.Disabled)]
    [InlineData(SessionEnd.Deleted)]
    public async Task OwnAccount_EndsTheSession_SaysByeAndCloses(SessionEnd reason)
    {
        _ann.End(reason);

        await _client.SaidByeAsync(CloseCodes.SignedOut);
    }

    [Fact]
    public async Task Push_ForManySessions_ReachesEachOnce()
    {
        var others = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _host.SignInAsync("ann")));

        _ann.Append();
        _ann.Append();

        foreach (var client in others)
        {
            await client.UntilAsync(_ => client.Seqs("ann").Length == 2, "two messages");
            Assert.Equal(Upto(2), client.Seqs("ann"));
        }
    }

    [Fact]
    public async Task Stream_ClosedByTheClient_ClosesTheSessionAtTheAccount()
    {
        var gone = new TaskCompletionSource();
        _ann.Refuses = method =>
        {
            if (method == "CloseSession")
            {
                gone.TrySetResult();
            }

            return null;
        };

        await _client.CloseAsync();

        await gone.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(1000, await _client.ClosedAsync());
    }

    // Anything that arrives wakes the wait.
    private bool Nudge()
    {
        _ = _client.SendAsync("""{"id":77,"op":"ping"}""");
        return false;
    }

    private static IEnumerable<long> Upto(int last) => Enumerable.Range(1, last).Select(i => (long)i);

    private Task UntilAsync(long seq) => _client.UntilAsync(_ => _client.Seqs("ann").Contains(seq), $"seq {seq}");
}
