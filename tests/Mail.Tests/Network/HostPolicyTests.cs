using System.Net;

namespace OrleansIM.Mail.Tests.Network;

public sealed class HostPolicyTests
{
    private const string Public = "93.184.216.34";

    [Theory]
    [InlineData("imap.example.com", 993)]
    [InlineData("IMAP.Example.COM.", 143)]
    [InlineData("bücher.example", 587)]
    [InlineData("93.184.216.34", 465)]
    [InlineData("dav.example.com", 8443)]
    public void Host_OnTheInternet_IsChosen(string host, int port)
        => Assert.Equal([IPAddress.Parse(Public)], Policy().Choose(host, port, [IPAddress.Parse(Public)]));

    [Theory]
    [InlineData(25)]
    [InlineData(22)]
    [InlineData(53)]
    [InlineData(0)]
    [InlineData(70_000)]
    public void Port_NotOfMail_IsRefused(int port)
        => AssertRefused(Policy(), "imap.example.com", port, Public);

    [Fact]
    public void Ports_ThatTheOperatorLists_AreTheOnlyOnes()
    {
        var policy = Policy(options => options.AllowedPorts.Add(25));

        Assert.Null(policy.RefuseName("relay.example.com", 25));
        AssertRefused(policy, "imap.example.com", 993, Public);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b.example")]
    [InlineData("-")]
    [InlineData("exa\nmple.com")]
    [InlineData("imap.example.com/path")]
    [InlineData("user@imap.example.com")]
    [InlineData("imap..example.com")]
    public void Host_ThatIsNoName_IsRefused(string host) => AssertRefused(Policy(), host, 993, Public);

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("169.254.169.254")]
    public void Name_ThatResolvesInside_IsRefused(string address) => AssertRefused(Policy(), "mail.example.com", 993, address);

    [Fact]
    public void Name_ThatResolvesInsideAndOutside_IsReachedOutsideOnly()
    {
        IPAddress[] addresses = [IPAddress.Loopback, IPAddress.Parse(Public), IPAddress.IPv6Loopback];

        Assert.Equal([addresses[1]], Policy().Choose("mail.example.com", 993, addresses));
    }

    [Fact]
    public void PrivateHosts_WhenAllowed_AreReachedButNotTheMetadataService()
    {
        var policy = Policy(options => options.AllowPrivateHosts = true);

        Assert.Single(policy.Choose("mail.internal.example", 993, [IPAddress.Parse("10.0.0.1")]));
        AssertRefused(policy, "mail.internal.example", 993, "169.254.169.254");
        AssertRefused(policy, "mail.internal.example", 993, "0.0.0.0");
    }

    [Fact]
    public void AllowedHosts_WhenListed_AreTheOnlyOnes()
    {
        var policy = Policy(options =>
        {
            options.AllowedHosts.Add("imap.example.com");
            options.AllowedHosts.Add("*.Example.ORG");
        });

        Assert.Null(policy.RefuseName("IMAP.example.com", 993));
        Assert.Null(policy.RefuseName("a.b.example.org", 993));
        AssertRefused(policy, "example.org", 993, Public);
        AssertRefused(policy, "evilexample.org", 993, Public);
        AssertRefused(policy, "smtp.example.com", 993, Public);
    }

    [Fact]
    public void AllowedNetwork_WhenListed_IsComparedWithTheAddress()
    {
        var policy = Policy(options => options.AllowedHosts.Add("93.184.0.0/16"));

        Assert.Single(policy.Choose("any.example.com", 993, [IPAddress.Parse(Public)]));
        AssertRefused(policy, "any.example.com", 993, "8.8.8.8");
    }

    [Fact]
    public void AllowedHost_WithAPrivateAddress_IsStillRefused()
        => AssertRefused(Policy(options => options.AllowedHosts.Add("*.example.com")), "a.example.com", 993, "10.0.0.1");

    [Fact]
    public void DeniedHosts_ByNameAndByAddress_AreRefused()
    {
        var policy = Policy(options =>
        {
            options.DeniedHosts.Add("*.bad.example");
            options.DeniedHosts.Add("93.184.216.0/24");
        });

        AssertRefused(policy, "x.bad.example", 993, "8.8.8.8");
        AssertRefused(policy, "good.example", 993, Public);
        AssertRefused(policy, "good.example", 993, "::ffff:" + Public);
        Assert.Single(policy.Choose("bad.example", 993, [IPAddress.Parse("8.8.8.8")]));
    }

    private static HostPolicy Policy(Action<MailOptions>? set = null) => new(MailServices.Options(set));

    private static void AssertRefused(HostPolicy policy, string host, int port, string address)
    {
        var refused = Assert.Throws<MailException>(() => policy.Choose(host, port, [IPAddress.Parse(address)]));
        Assert.Equal(MailFault.HostNotAllowed, refused.Fault);
        Assert.DoesNotContain('\n', refused.Message);
    }
}
