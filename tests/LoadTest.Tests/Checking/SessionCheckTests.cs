using OrleansIM.Client;
using OrleansIM.LoadTest.Checking;
using OrleansIM.LoadTest.Town;

namespace OrleansIM.LoadTest.Tests.Checking;

/// <summary>What the SDK hands out is looked at as well: what it makes of a server's events is its own promise.</summary>
public sealed class SessionCheckTests
{
    private readonly Findings _findings = new();

    [Theory]
    [InlineData(null, 6L, 7L)]
    [InlineData("Duplicated", 6L, 6L)]
    [InlineData("Gap", 6L, 8L)]
    [InlineData("Gap", 7L)]
    public void Events_AreFollowedByTheirNumbers(string? expected, params long[] seqs)
    {
        var check = new SessionCheck("session", _findings);
        check.Take(Opened("a1", 5));
        foreach (var seq in seqs)
        {
            check.Take(Numbered("a1", seq));
        }

        AssertOnly(expected);
    }

    [Fact]
    public void Event_WithoutPage_IsALeak()
    {
        var check = new SessionCheck("session", _findings);
        check.Take(Opened("a1", 5));
        check.Take(Of(new PageGone(), "a1"));
        check.Take(Numbered("a1", 6));

        AssertOnly("Leak");
    }

    private static ImEvent Numbered(string account, long seq)
    {
        var happened = Of(new ReceiptReceived(), account);
        happened.Seq = seq;
        return happened;
    }

    private static ImEvent Opened(string account, long cursor) => Of(new PageOpened { Page = new Page { Cursor = cursor } }, account);

    private static ImEvent Of(ImEvent happened, string account)
    {
        happened.Account = account;
        return happened;
    }

    private void AssertOnly(string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], Enum.GetValues<Fault>().Where(kind => _findings[kind] == 1).Select(kind => kind.ToString()));
}
