using OrleansIM.Identity;

namespace OrleansIM.Grains.Tests.Identity;

public class AccountTemplateTests
{
    [Theory]
    [InlineData("game.{sub}", "4711", "game.4711")]
    [InlineData("{sub}", "ann", "ann")]
    [InlineData("{sub}.game", "ann-b_c", "ann-b_c.game")]
    public void TryMake_SubjectOfAnId_IsPutWhereTheTemplateSays(string template, string subject, string account)
    {
        Assert.True(AccountTemplate.Parse(template, out _)!.TryMake("https://issuer", subject, out var made));
        Assert.Equal(account, made);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("Ann")]
    [InlineData("a b")]
    [InlineData("a/../b")]
    [InlineData("a@b")]
    [InlineData("{sub}")]
    [InlineData("{hash}")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("auth0|4711")]
    [InlineData("group:1")]
    [InlineData("\u0430nn")]
    [InlineData("ａnn")]
    [InlineData("ann\u200b")]
    [InlineData("ı")]
    [InlineData("K")]
    [InlineData("12345678901234567890123456789")]
    public void TryMake_SubjectThatMakesNoId_IsRefused(string subject)
    {
        Assert.False(AccountTemplate.Parse("game.{sub}", out _)!.TryMake("https://issuer", subject, out var made));
        Assert.Equal("", made);
    }

    [Fact]
    public void TryMake_SubjectAtTheLimit_IsTaken()
    {
        Assert.True(AccountTemplate.Parse("game.{sub}", out _)!.TryMake("https://issuer", new string('a', 27), out var made));
        Assert.Equal(32, made.Length);
    }

    [Fact]
    public void TryMake_Hash_IsAnIdForAnySubjectAndAnotherForEachIssuerAndSubject()
    {
        var template = AccountTemplate.Parse("g.{hash}", out _)!;
        var made = new HashSet<string>();
        foreach (var (issuer, subject) in new[] { ("https://a", "Ann"), ("https://a", "ann"), ("https://b", "ann"), ("https://a", "auth0|ü/\n"), ("https://a", new string('x', 500)) })
        {
            Assert.True(template.TryMake(issuer, subject, out var account));
            Assert.Matches("^g\\.[a-z2-7]{24}$", account);
            Assert.True(made.Add(account), account);
            Assert.True(template.TryMake(issuer, subject, out var again));
            Assert.Equal(account, again);
        }
    }

    [Fact]
    public void TryMake_HashOfAFixedSubject_StaysWhatItIs()
    {
        // Changing how it is made would give everybody another account.
        Assert.True(AccountTemplate.Parse("g.{hash}", out _)!.TryMake("https://issuer", "ann", out var account));
        Assert.Equal(HashByHand("https://issuer\nann"), account);

        static string HashByHand(string text)
        {
            var bits = string.Concat(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)).Select(b => Convert.ToString(b, 2).PadLeft(8, '0')));
            return "g." + string.Concat(Enumerable.Range(0, 24).Select(i => "abcdefghijklmnopqrstuvwxyz234567"[Convert.ToInt32(bits.Substring(i * 5, 5), 2)]));
        }
    }

    [Theory]
    [InlineData("game")]
    [InlineData("")]
    [InlineData("{sub}{sub}")]
    [InlineData("{hash}{sub}")]
    [InlineData("Game.{sub}")]
    [InlineData(".{sub}")]
    [InlineData("a b{sub}")]
    [InlineData("much-too-long-for-this.{hash}")]
    public void Parse_TemplateThatMakesNoIds_SaysSo(string template)
    {
        Assert.Null(AccountTemplate.Parse(template, out var fault));
        Assert.NotNull(fault);
    }

    [Theory]
    [InlineData("game.{sub}", "game.4711", true)]
    [InlineData("game.{sub}", "game.", false)]
    [InlineData("game.{sub}", "gamer", false)]
    [InlineData("game.{sub}", "ann", false)]
    [InlineData("g.{hash}", "g.abcdefghijklmnopqrstuvwx", true)]
    [InlineData("g.{hash}", "g.ann", false)]
    [InlineData("{sub}", "ann", true)]
    public void Matches_AccountId_SaysWhetherSubjectsGetSuchIds(string template, string account, bool matches) =>
        Assert.Equal(matches, AccountTemplate.Parse(template, out _)!.Matches(account));
}
