using OrleansIM.Grains.Secrets;
using OrleansIM.Grains.Service;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Protocol;
using OrleansIM.Service;

namespace OrleansIM.Grains.Tests.Service;

public sealed class ServiceRulesTests
{
    private static readonly DateTimeOffset s_now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Find_AnyOtherText_IsNoCredential()
    {
        var (id, other) = (ServiceRules.NewId(), ServiceRules.NewId());
        var (secret, others) = (ServiceRules.NewSecret(id), ServiceRules.NewSecret(other));
        var state = new ServiceCredentialsState { Credentials = [Credential(other, others), Credential(id, secret)] };

        Assert.Equal(id, ServiceRules.Find(state, secret, s_now)?.Id);
        string[] wrong =
        [
            "", secret[..^1], secret + "0", " " + secret, secret.ToUpperInvariant(), secret[..^1] + (secret[^1] == '0' ? '1' : '0'),
            ServiceRules.NewSecret(id), ServiceRules.NewSecret(ServiceRules.NewId()), secret[..20] + others[20..], SpokenSecret.Hash(secret),
        ];
        Assert.All(wrong, text => Assert.Null(ServiceRules.Find(state, text, s_now)));
    }

    [Fact]
    public void Rotate_OldSecret_IsGoodUntilItsEndAndOneBeforeThatIsNot()
    {
        var id = ServiceRules.NewId();
        string[] secrets = [ServiceRules.NewSecret(id), ServiceRules.NewSecret(id), ServiceRules.NewSecret(id)];
        var state = new ServiceCredentialsState { Credentials = [Credential(id, secrets[0])] };
        state = ServiceRules.Rotate(state, id, SpokenSecret.Hash(secrets[1]), s_now.AddHours(1)).ShouldBeDone();

        Assert.Equal([true, true, false], Good(s_now.AddMinutes(59)));
        Assert.Equal([false, true, false], Good(s_now.AddHours(1)));

        state = ServiceRules.Rotate(state, id, SpokenSecret.Hash(secrets[2]), s_now.AddHours(1)).ShouldBeDone();
        Assert.Equal([false, true, true], Good(s_now));
        state = ServiceRules.Revoke(state, id).ShouldBeDone();
        Assert.Equal([false, false, false], Good(s_now));
        ServiceRules.Revoke(state, id).ShouldBeRefused(ErrorCodes.InvalidArgument);
        ServiceRules.Rotate(state, id, "x", s_now).ShouldBeRefused(ErrorCodes.InvalidArgument);

        bool[] Good(DateTimeOffset at) => Array.ConvertAll(secrets, secret => ServiceRules.Find(state, secret, at) is not null);
    }

    [Fact]
    public void Check_EachScope_IsForItselfAlone()
    {
        foreach (var has in ServiceScopes.All)
        {
            var credential = Credential("a", "x") with { Scopes = [has] };
            Assert.All(ServiceScopes.All, wants => Assert.Equal(has == wants, ServiceRules.Check(credential, wants, []) is null));
        }
    }

    [Theory]
    [InlineData(true, "game.ann")]
    [InlineData(true, "game.")]
    [InlineData(false, "ann")]
    [InlineData(false, "game")]
    [InlineData(false, "xgame.ann")]
    [InlineData(false, "game.ann", "ann")]
    public void Check_Prefix_BoundsEveryAccount(bool isAllowed, params string[] accounts) =>
        Assert.Equal(isAllowed, ServiceRules.Check(Credential("a", "x") with { Prefix = "game." }, ServiceScopes.SendMessages, accounts) is null);

    [Fact]
    public void Add_OverTheLimit_IsRefused()
    {
        var state = new ServiceCredentialsState();
        for (var number = 0; number < ServiceRules.MaxCredentials; number++)
        {
            state = ServiceRules.Add(state, Credential(ServiceRules.NewId(), "x")).ShouldBeDone();
        }

        ServiceRules.Add(state, Credential(ServiceRules.NewId(), "x")).ShouldBeRefused(ErrorCodes.LimitReached);
    }

    [Fact]
    public void Budget_Spent_ComesBackWithTime()
    {
        var budget = new CallBudget(60, s_now);
        Assert.True(budget.TryTake(59, s_now, out _));
        Assert.True(budget.TryTake(1, s_now, out _));
        Assert.False(budget.TryTake(1, s_now, out var pause));
        Assert.Equal(TimeSpan.FromSeconds(1), pause);
        Assert.True(budget.TryTake(1, s_now + pause, out _));
        // More than a minute's are let go when all are there, and owed then.
        Assert.False(budget.TryTake(100, s_now.AddSeconds(59), out _));
        Assert.True(budget.TryTake(100, s_now.AddMinutes(2), out _));
        Assert.False(budget.TryTake(1, s_now.AddMinutes(2), out pause));
        Assert.Equal(TimeSpan.FromSeconds(41), pause);
        // A clock that goes back gives nothing.
        Assert.False(budget.TryTake(1, s_now, out _));
    }

    private static ServiceCredential Credential(string id, string secret) =>
        new() { Id = id, Name = id, Scopes = [.. ServiceScopes.All], CallsPerMinute = 60, CreatedAt = s_now, Hash = SpokenSecret.Hash(secret) };
}
