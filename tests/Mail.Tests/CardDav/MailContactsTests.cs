namespace OrleansIM.Mail.Tests.CardDav;

public sealed class MailContactsTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Merge_NamesOfTheBook_WinOverThoseInMails()
    {
        var contacts = MailContacts.Merge([Card("Ann Smith", "Ann@Example.com")], [Mail("ann@example.com", "annie", 0)], 10);

        Assert.Equal([new MailContact { Address = "Ann@example.com", Name = "Ann Smith", IsFromBook = true, At = s_now }], contacts);
    }

    [Fact]
    public void Merge_NamesInMails_TheNewestWins()
    {
        var contacts = MailContacts.Merge(
            [], [Mail("bob@example.com", "Old", 9), Mail("BOB@example.com", "New", 1), Mail("bob@example.com", null, 0), Mail("bob@example.com", "Older", 20)], 10);

        Assert.Equal([new MailContact { Address = "bob@example.com", Name = "New", At = s_now }], contacts);
    }

    [Fact]
    public void Merge_CardWithoutAName_TakesTheOneInMailsOrOfAnotherCard()
    {
        var contacts = MailContacts.Merge(
            [Card(null, "a@example.com", "b@example.com"), Card("Second", "b@example.com")], [Mail("a@example.com", "A", 0)], 10);

        Assert.Equal([("a@example.com", "A"), ("b@example.com", "Second")], contacts.Select(contact => (contact.Address, contact.Name)));
    }

    [Theory]
    [InlineData("c@example.com")]
    [InlineData("'C@Example.com'")]
    [InlineData("<c@example.com>")]
    [InlineData(" \u202e ")]
    public void Merge_AddressInPlaceOfAName_IsNoName(string name)
        => Assert.Null(Assert.Single(MailContacts.Merge([], [Mail("c@example.com", name, 0)], 10)).Name);

    [Fact]
    public void Merge_WhatIsNoAddress_IsLeftOut()
        => Assert.Empty(MailContacts.Merge([Card("X", "nonsense", "")], [Mail("", "Nobody", 0), Mail("a b@example.com", "A", 0)], 10));

    [Fact]
    public void Merge_TooMany_KeepsTheBookAndTheNewest()
    {
        var contacts = MailContacts.Merge(
            [Card("Zoe", "zoe@example.com")], [Mail("old@example.com", "Old", 9), Mail("new@example.com", "New", 1), Mail("mid@example.com", null, 5)], 3);

        Assert.Equal(["mid@example.com", "new@example.com", "zoe@example.com"], contacts.Select(contact => contact.Address));
    }

    [Theory]
    [InlineData(null, 3)]
    [InlineData("  ", 3)]
    [InlineData("SMITH", 2)]
    [InlineData("smith ann", 1)]
    [InlineData("example.org", 1)]
    [InlineData("nobody", 0)]
    public void Find_ByWords_LooksIntoNamesAndAddresses(string? text, int found)
    {
        var contacts = MailContacts.Merge([Card("Ann Smith", "ann@example.com"), Card("Bob Smith", "bob@example.com"), Card(null, "x@example.org")], [], 10);

        Assert.Equal(found, MailContacts.Find(contacts, text, 10).Count);
        Assert.Equal(Math.Min(1, found), MailContacts.Find(contacts, text, 1).Count);
    }

    private static CardDavCard Card(string? name, params string[] addresses) => new() { Href = "/x", Name = name, Addresses = addresses };

    private static MailCorrespondent Mail(string address, string? name, int daysAgo) => new(new MailAddress(address, name), s_now.AddDays(-daysAgo));
}
