using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Frames;

public sealed class MailAddressTests
{
    [Theory]
    [InlineData("ann@example.test", "ann@example.test")]
    [InlineData("  Ann.B+tag@EXAMPLE.Test\t", "Ann.B+tag@example.test")]
    [InlineData("a@localhost", "a@localhost")]
    [InlineData("!#$%&'*+-/=?^_`{|}~@b.c", "!#$%&'*+-/=?^_`{|}~@b.c")]
    [InlineData("用户@例子.test", "用户@xn--fsqu00a.test")]
    [InlineData("josé@Bücher.example", "josé@xn--bcher-kva.example")]
    [InlineData("a@xn--bcher-kva.example", "a@xn--bcher-kva.example")]
    [InlineData("😀@b.c", "😀@b.c")]
    public void Normalize_Address_KeepsTheLocalPartAndWritesTheDomainAsDnsDoes(string text, string address)
    {
        Assert.True(MailAddresses.TryNormalize(text, out var normal));
        Assert.Equal(address, normal);
        Assert.True(MailAddresses.TryNormalize(normal, out var again));
        Assert.Equal(normal, again);
        Assert.True(MailAddresses.TryKey(text, out var key));
        Assert.Equal(address.ToLowerInvariant(), key);
        Assert.Equal(address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..], MailAddresses.DomainOf(key));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ann")]
    [InlineData("@example.test")]
    [InlineData("ann@")]
    [InlineData("a@b@c.test")]
    [InlineData("\"a@b\"@c.test")]
    [InlineData("a b@c.test")]
    [InlineData("a@b c.test")]
    [InlineData("<a@b.c>")]
    [InlineData("Ann <a@b.c>")]
    [InlineData("a,b@c.test")]
    [InlineData("a@b.c,d@e.f")]
    [InlineData(".a@b.c")]
    [InlineData("a.@b.c")]
    [InlineData("a..b@c.test")]
    [InlineData("a@b..c")]
    [InlineData("a@.b")]
    [InlineData("a@b.c.")]
    [InlineData("a@-b.c")]
    [InlineData("a@b_c.test")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("a\r\nRCPT TO:<x@y.z>@b.c")]
    [InlineData("a\0@b.c")]
    [InlineData("a\u202eb@c.test")]
    [InlineData("a@b.c\r\nx")]
    public void Normalize_NoAddress_Refuses(string? text)
    {
        Assert.False(MailAddresses.TryNormalize(text, out var address));
        Assert.Equal("", address);
    }

    // Not as a case of the theory: on its way there half a pair becomes another character.
    [Fact]
    public void Normalize_HalfASurrogatePair_Refuses() => Assert.False(MailAddresses.TryNormalize("a\ud800@b.c", out _));

    [Fact]
    public void Normalize_LongestParts_AreTakenAndLongerOnesNot()
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 61), 3)) + ".def";
        Assert.True(MailAddresses.TryNormalize($"{new string('a', 64)}@{domain}", out var longest));
        Assert.Equal(MailAddresses.MaxBytes, longest.Length);
        Assert.False(MailAddresses.TryNormalize($"{new string('a', 65)}@b.c", out _));
        Assert.False(MailAddresses.TryNormalize($"{new string('ä', 33)}@b.c", out _));
        Assert.False(MailAddresses.TryNormalize($"{new string('a', 64)}@d{domain}", out _));
        Assert.False(MailAddresses.TryNormalize($"a@{new string('d', 64)}.c", out _));
    }
}
