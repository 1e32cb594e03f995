namespace OrleansIM.Mail.Tests.Network;

public sealed class RedirectRulesTests
{
    [Theory]
    [InlineData("https://dav.example.com/", "https://dav.example.com/dav/")]
    [InlineData("https://dav.example.com/", "https://dav.example.com:8443/dav/")]
    [InlineData("http://dav.example.com/", "https://dav.example.com/")]
    [InlineData("https://contacts.example.com/", "https://p12-contacts.example.com/1/principal/")]
    [InlineData("https://example.com/", "https://dav.example.com/")]
    [InlineData("https://dav.example.com/", "https://example.com/")]
    [InlineData("https://dav.example.co.uk/", "https://other.example.co.uk/")]
    [InlineData("https://127.0.0.1/", "https://127.0.0.1/x")]
    public void Redirect_WithinTheSameHands_IsFollowed(string from, string to) => Assert.Null(RedirectRules.Refuse(new Uri(from), new Uri(to)));

    [Theory]
    [InlineData("https://dav.example.com/", "http://dav.example.com/", MailFault.NotSecure)]
    [InlineData("https://dav.example.com/", "https://evil.example.org/", MailFault.HostNotAllowed)]
    [InlineData("https://dav.example.com/", "https://evilexample.com/", MailFault.HostNotAllowed)]
    [InlineData("https://example.com/", "https://evil.com/", MailFault.HostNotAllowed)]
    [InlineData("https://example.co.uk/", "https://evil.co.uk/", MailFault.HostNotAllowed)]
    [InlineData("https://dav.example.com/", "https://127.0.0.1/", MailFault.HostNotAllowed)]
    [InlineData("https://10.0.0.1/", "https://10.0.0.2/", MailFault.HostNotAllowed)]
    [InlineData("https://dav.example.com/", "https://dav.example.com@evil.org/", MailFault.Garbage)]
    [InlineData("https://dav.example.com/", "file:///etc/passwd", MailFault.Garbage)]
    public void Redirect_Elsewhere_IsRefused(string from, string to, MailFault fault)
        => Assert.Equal(fault, RedirectRules.Refuse(new Uri(from), new Uri(to))?.Fault);
}
