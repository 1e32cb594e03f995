using OrleansIM.Grains.Invites;
using OrleansIM.Grains.Secrets;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Tests.Invites;

public sealed class InviteRulesTests
{
    private static readonly DateTimeOffset s_now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Find_CodeTypedInAnyWay_IsTheInvite()
    {
        var (code, hash) = SpokenSecret.Make(InviteRules.CodeLength);
        var state = new InvitesState { Invites = [Invite("a", SpokenSecret.Make(InviteRules.CodeLength).Hash), Invite("b", hash)] };

        Assert.Equal(19, code.Length);
        Assert.All(
            new[] { code, code.ToUpperInvariant(), code.Replace("-", "", StringComparison.Ordinal), $" {code.Replace('0', 'O')} " },
            typed => Assert.Equal("b", InviteRules.Find(state, typed)?.Id));
        Assert.All(new[] { null, "", code[..^1], code + "0", hash, SpokenSecret.Make(InviteRules.CodeLength).Text }, other => Assert.Null(InviteRules.Find(state, other)));
    }

    [Fact]
    public void Take_UpToItsUses_ThenNotBeforeOneIsFreeAgain()
    {
        var (code, hash) = SpokenSecret.Make(InviteRules.CodeLength);
        var state = new InvitesState { Invites = [Invite("a", hash) with { Uses = 2 }] };
        state = InviteRules.Take(state, code, new InviteUse("1", "ann"), s_now).ShouldBeDone();
        state = InviteRules.Take(state, code, new InviteUse("2", "bob"), s_now).ShouldBeDone();

        InviteRules.Take(state, code, new InviteUse("3", "cat"), s_now).ShouldBeRefused(ErrorCodes.BadInvite);
        state = InviteRules.Settle(state, "a", "1", isMade: true);
        InviteRules.Take(state, code, new InviteUse("3", "cat"), s_now).ShouldBeRefused(ErrorCodes.BadInvite);
        state = InviteRules.Settle(state, "a", "2", isMade: false);
        state = InviteRules.Take(state, code, new InviteUse("3", "cat"), s_now).ShouldBeDone();

        // What was settled is settled.
        Assert.Same(state, InviteRules.Settle(state, "a", "2", isMade: false));
        Assert.Same(state, InviteRules.Settle(state, "gone", "3", isMade: true));
        Assert.Equal((1, "3"), (state.Invites[0].Spent, Assert.Single(state.Invites[0].Open).Id));
    }

    [Theory]
    [InlineData("game.ann", 0, true)]
    [InlineData("ann", 0, false)]
    [InlineData("game.ann", 10, false)]
    [InlineData("game.ann", 9, true)]
    public void Take_OutsideItsTimeOrPrefix_IsRefused(string account, int minutes, bool isGood)
    {
        var (code, hash) = SpokenSecret.Make(InviteRules.CodeLength);
        var state = new InvitesState { Invites = [Invite("a", hash) with { Prefix = "game." }] };

        Assert.Equal(isGood, !InviteRules.Take(state, code, new InviteUse("1", account), s_now.AddMinutes(minutes)).IsRefused);
    }

    [Fact]
    public void Add_OverTheLimit_IsRefusedUntilSomeHaveEnded()
    {
        var state = new InvitesState { Invites = [Invite("a", "A"), Invite("b", "B") with { EndsAt = s_now.AddMinutes(20) }] };

        InviteRules.Add(state, Invite("c", "C"), most: 2, s_now).ShouldBeRefused(ErrorCodes.LimitReached);
        var later = InviteRules.Add(state, Invite("c", "C"), most: 2, s_now.AddMinutes(10)).ShouldBeDone();
        Assert.Equal(["b", "c"], later.Invites.Select(invite => invite.Id));
    }

    [Fact]
    public void Revoke_OfAnotherMaker_IsRefusedAsIfThereWereNone()
    {
        var state = new InvitesState { Invites = [Invite("a", "A") with { MadeBy = "one" }] };

        Assert.Equal(InviteRules.Revoke(state, "nothing", "one").Refusal, InviteRules.Revoke(state, "a", "other").Refusal);
        Assert.Empty(InviteRules.Revoke(state, "a", "one").ShouldBeDone().Invites);
        Assert.Empty(InviteRules.Revoke(state, "a", null).ShouldBeDone().Invites);
    }

    private static Invite Invite(string id, string hash) => new() { Id = id, Hash = hash, Uses = 1, CreatedAt = s_now, EndsAt = s_now.AddMinutes(10) };
}
