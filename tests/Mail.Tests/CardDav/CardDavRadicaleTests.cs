using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Mail.Tests.Network;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.CardDav;

/// <summary>The client at a real address book server.</summary>
public sealed class CardDavRadicaleTests(RadicaleServer server) : IClassFixture<RadicaleServer>
{
    [SkippableFact]
    public async Task Sync_FirstTime_FindsTheBooksAndTheirContacts()
    {
        var user = await CreateUserAsync("one", "two");
        await server.PutAsync(user, "one", "ann", "Ann Smith", "ann@example.com", "Ann.Smith@EXAMPLE.org");
        await server.PutAsync(user, "two", "bob", "Bøb", "bob@example.com");
        await server.PutAsync(user, "two", "nobody", "No Mail");
        await using var services = MailServices.Create();

        var sync = await SyncAsync(services, user, null);

        Assert.True(sync.IsChanged);
        Assert.True(sync.IsComplete);
        Assert.Equal(2, sync.State.Books.Count);
        var cards = sync.State.AllCards().OrderBy(card => card.Uid, StringComparer.Ordinal).ToList();
        Assert.Equal(["ann", "bob", "nobody"], cards.Select(card => card.Uid));
        Assert.Equal(["Ann Smith", "Bøb", "No Mail"], cards.Select(card => card.Name));
        Assert.Equal(["ann@example.com", "Ann.Smith@example.org"], cards[0].Addresses);
        Assert.Empty(cards[2].Addresses);
    }

    [SkippableFact]
    public async Task Sync_AddedChangedDeleted_BringsOnlyThat()
    {
        var user = await CreateUserAsync("book");
        await server.PutAsync(user, "book", "ann", "Ann", "ann@example.com");
        await server.PutAsync(user, "book", "bob", "Bob", "bob@example.com");
        await server.PutAsync(user, "book", "carl", "Carl", "carl@example.com");
        await using var services = MailServices.Create();
        var first = await SyncAsync(services, user, null);

        await server.PutAsync(user, "book", "ann", "Ann Smith", "ann@example.com");
        await server.DeleteAsync(user, "book", "bob");
        await server.PutAsync(user, "book", "dora", "Dora", "dora@example.com");
        var second = await SyncAsync(services, user, first.State);

        Assert.True(second.IsChanged);
        Assert.Equal(["Ann Smith", "Carl", "Dora"], Names(second));
    }

    [SkippableFact]
    public async Task Sync_Unchanged_IsTheSameStateAlsoAfterItWasStored()
    {
        var user = await CreateUserAsync("one", "two", "three");
        await server.PutAsync(user, "one", "ann", "Ann", "ann@example.com");
        await using var services = MailServices.Create();
        var first = await SyncAsync(services, user, null);
        var stored = JsonSerializer.Deserialize<CardDavState>(JsonSerializer.Serialize(first.State))!;

        var second = await SyncAsync(services, user, stored);

        Assert.False(second.IsChanged);
        Assert.Equal(first.State.Books, second.State.Books);
        Assert.NotNull(second.State.Books[0].Token);
    }

    [SkippableFact]
    public async Task Sync_TokenHasExpired_ListsEverythingAgain()
    {
        var user = await CreateUserAsync("book");
        await server.PutAsync(user, "book", "ann", "Ann", "ann@example.com");
        await server.PutAsync(user, "book", "bob", "Bob", "bob@example.com");
        await using var services = MailServices.Create();
        var first = await SyncAsync(services, user, null);

        server.ForgetTokens();
        await server.DeleteAsync(user, "book", "bob");
        await server.PutAsync(user, "book", "carl", "Carl", "carl@example.com");
        var second = await SyncAsync(services, user, first.State);

        Assert.Equal(["Ann", "Carl"], Names(second));
    }

    [SkippableFact]
    public async Task Sync_BooksComeAndGo_AreFollowed()
    {
        var user = await CreateUserAsync("one", "two");
        await server.PutAsync(user, "one", "ann", "Ann", "ann@example.com");
        await server.PutAsync(user, "two", "bob", "Bob", "bob@example.com");
        await using var services = MailServices.Create();
        var first = await SyncAsync(services, user, null);

        await server.DeleteAsync(user, "one", "");
        await server.CreateBookAsync(user, "three");
        await server.PutAsync(user, "three", "carl", "Carl", "carl@example.com");
        var second = await SyncAsync(services, user, first.State);

        Assert.True(second.IsChanged);
        Assert.Equal(["Bob", "Carl"], Names(second));
    }

    [SkippableFact]
    public async Task Sync_AddressOfOneBook_IsThatBookAlone()
    {
        var user = await CreateUserAsync("one", "two");
        await server.PutAsync(user, "one", "ann", "Ann", "ann@example.com");
        await server.PutAsync(user, "two", "bob", "Bob", "bob@example.com");
        await using var services = MailServices.Create();

        var first = await SyncAsync(services, user, null, $"{user}/two/");
        var second = await SyncAsync(services, user, first.State, $"{user}/two/");

        Assert.Equal(["Bob"], Names(first));
        Assert.False(second.IsChanged);
    }

    [SkippableFact]
    public async Task Sync_MoreThanARequestHolds_BringsAll()
    {
        var user = await CreateUserAsync("book");
        for (var i = 0; i < 60; i++)
        {
            await server.PutAsync(user, "book", $"c {i:000}ä", $"Name {i:000}", $"c{i}@example.com");
        }

        await using var services = MailServices.Create();
        var all = await SyncAsync(services, user, null);
        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"Name {i:000}"), Names(all));
        Assert.True(all.IsComplete);

        await using var narrow = MailServices.Create(options => options.MaxContacts = 55);
        var some = await SyncAsync(narrow, user, null);
        Assert.Equal(55, Names(some).Length);
        Assert.False(some.IsComplete);
        Assert.False((await SyncAsync(narrow, user, some.State)).IsChanged);
    }

    [SkippableFact]
    public async Task Sync_CardsOfOldAndOddMakes_AreRead()
    {
        var user = await CreateUserAsync("book");
        await server.PutCardAsync(user, "book", "four", "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:four\r\nFN:Four\r\nitem1.EMAIL;PREF=1:four@example.com\r\nEND:VCARD\r\n");
        await server.PutCardAsync(user, "book", "group", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:group\r\nFN:Friends\r\nN:Friends;;;;\r\nX-ADDRESSBOOKSERVER-KIND:group\r\nEND:VCARD\r\n");
        await using var services = MailServices.Create();

        var cards = (await SyncAsync(services, user, null)).State.AllCards().ToDictionary(card => card.Uid!);

        Assert.Equal(("Four", "four@example.com"), (cards["four"].Name, cards["four"].Addresses.Single()));
        Assert.Null(cards["group"].Name);
    }

    [SkippableFact]
    public async Task Sync_WrongPassword_IsRefusedAsSuch()
    {
        var user = await CreateUserAsync("book");
        await using var services = MailServices.Create();

        var failure = await Assert.ThrowsAsync<MailException>(() => services.GetRequiredService<CardDavClient>().SyncAsync(
            new CardDavAccess(server.Address, new MailPassword(user, "wrong")), null, CancellationToken.None));

        Assert.Equal(MailFault.AuthenticationFailed, failure.Fault);
    }

    private static string[] Names(CardDavSync sync)
        => [.. sync.State.AllCards().Select(card => card.Name!).Order(StringComparer.Ordinal)];

    private async Task<string> CreateUserAsync(params string[] books)
    {
        Skip.IfNot(server.IsAvailable, RadicaleServer.MissingReason);
        var user = await server.CreateUserAsync();
        foreach (var book in books)
        {
            await server.CreateBookAsync(user, book);
        }

        return user;
    }

    private Task<CardDavSync> SyncAsync(ServiceProvider services, string user, CardDavState? known, string path = "")
        => services.GetRequiredService<CardDavClient>().SyncAsync(
            new CardDavAccess(new Uri(server.Address, path), new MailPassword(user, RadicaleServer.Password)), known, CancellationToken.None);
}
