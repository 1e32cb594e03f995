using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.CardDav;

/// <summary>The address book by hand: tokens over restarts, app passwords by the SDK.</summary>
public sealed class AddressBookJourneys
{
    [Fact]
    public async Task SyncToken_OverRestarts_TellsWhatChanged()
    {
        await using var server = await TestServer.StartAsync();
        string annId, bobId, token;
        using (var ann = await server.JoinAsync("ann"))
        using (var bob = await server.JoinAsync("bob"))
        using (var cat = await server.JoinAsync("cat"))
        {
            (annId, bobId) = (ann.Account, bob.Account);
            await ann.BefriendAsync(bob);
            await ann.BefriendAsync(cat);
        }

        // Everybody is gone, and seen as gone.
        await server.RestartAsync();
        var all = await DavApi.SyncAsync(server.Address, annId, TestServer.Password, null);
        Assert.Equal(2, all.Cards.Length);
        token = all.Token;
        Assert.Empty((await DavApi.SyncAsync(server.Address, annId, TestServer.Password, token)).Cards);

        using (var bob = await server.SignInAsync(bobId))
        {
            await bob.OkAsync("contacts.remove", new { @as = bobId, account = annId });
        }

        await server.RestartAsync();
        await Eventually.TrueAsync(
            async () => (await DavApi.SyncAsync(server.Address, annId, TestServer.Password, token)).Cards.SequenceEqual([$"-{bobId}.vcf"]),
            "bob to be gone from the book");
        Assert.Equal(403, (await DavApi.SyncAsync(server.Address, annId, TestServer.Password, "urn:orleansim:book:999:0")).Status);
        Assert.Empty(server.Errors);
    }

    [Fact]
    public async Task AppPassword_OfTheSdk_OpensTheBookUntilItIsRevoked()
    {
        await using var server = await TestServer.StartAsync();
        var account = await server.RegisterAsync("ann");
        await using var ann = await server.SdkAsync(account);

        var made = await ann.CreateAppPasswordAsync(account, "phone");
        Assert.Equal(207, (await DavApi.SendAsync(server.Address, "PROPFIND", "carddav/", account, made.Password, "0")).Status);
        var listed = Assert.Single(await ann.ListAppPasswordsAsync(account));
        Assert.Equal((made.Id, "phone"), (listed.Id, listed.Name));
        Assert.NotNull(listed.LastUsed);

        await ann.RevokeAppPasswordAsync(account, made.Id);
        Assert.Equal(401, (await DavApi.SendAsync(server.Address, "PROPFIND", "carddav/", account, made.Password, "0")).Status);
        Assert.Empty(await ann.ListAppPasswordsAsync(account));
        await Assert.ThrowsAsync<ImException>(() => ann.RevokeAppPasswordAsync(account, made.Id));
        Assert.Empty(server.Errors);
    }
}
