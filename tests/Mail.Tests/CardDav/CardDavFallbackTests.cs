using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Mail.Tests.Network;

namespace OrleansIM.Mail.Tests.CardDav;

/// <summary>Servers that can do less than Radicale, or other things.</summary>
public sealed class CardDavFallbackTests : IAsyncLifetime
{
    private readonly MiniDav _dav = new();
    private readonly ServiceProvider _services = MailServices.Create();
    private ScriptedWeb _web = null!;

    public async Task InitializeAsync()
    {
        _dav.Put("ann", "Ann", "ann@example.com");
        _dav.Put("bob ü", "Bob", "bob@example.com");
        _web = await ScriptedWeb.StartAsync(_dav.AnswerAsync);
    }

    public async Task DisposeAsync()
    {
        await _web.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Sync_ChangeByTokenOrByEntityTags_FetchesOnlyWhatChanged(bool hasChanges, bool hasCTag)
    {
        (_dav.HasChanges, _dav.HasCTag) = (hasChanges, hasCTag);
        var first = await SyncAsync(null);
        Assert.Equal(["Ann", "Bob"], Names(first));

        _dav.Given.Clear();
        _dav.Put("carl", "Carl", "carl@example.com");
        _dav.Put("ann", "Ann Smith", "ann@example.com");
        _dav.Delete("bob ü");
        var second = await SyncAsync(first.State);

        Assert.Equal(["Ann Smith", "Carl"], Names(second));
        Assert.Equal(["ann", "carl"], _dav.Given.Order());
    }

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(false, true, 1)]
    [InlineData(false, false, 2)]
    public async Task Sync_Unchanged_CostsOneRequestWhereTheServerHasAMark(bool hasChanges, bool hasCTag, int requests)
    {
        (_dav.HasChanges, _dav.HasCTag) = (hasChanges, hasCTag);
        var first = await SyncAsync(null);
        var before = _web.Requests.Count;

        var second = await SyncAsync(first.State);

        Assert.False(second.IsChanged);
        Assert.Equal(requests, _web.Requests.Count - before);
    }

    [Fact]
    public async Task Sync_ServerGivesNoSingleCards_TakesAll()
    {
        _dav.HasMultiGet = false;

        Assert.Equal(["Ann", "Bob"], Names(await SyncAsync(null)));
        Assert.Contains("REPORT /books/a/", _web.Requests);
    }

    [Fact]
    public async Task Sync_ChangesInSeveralParts_AreAllRead()
    {
        (_dav.HasChanges, _dav.MostChanges) = (true, 3);
        for (var i = 0; i < 10; i++)
        {
            _dav.Put($"x{i}", $"X{i}", $"x{i}@example.com");
        }

        var first = await SyncAsync(null);
        Assert.Equal(12, Names(first).Length);

        _dav.Delete("x0");
        for (var i = 1; i < 6; i++)
        {
            _dav.Put($"x{i}", $"Y{i}", $"y{i}@example.com");
        }

        var second = await SyncAsync(first.State);
        Assert.Equal(["Ann", "Bob", "X6", "X7", "X8", "X9", "Y1", "Y2", "Y3", "Y4", "Y5"], Names(second));
    }

    [Fact]
    public async Task Sync_GiantCardAmongOthers_CostsItsOwnContentsOnly()
    {
        _dav.PutCard("giant", "BEGIN:VCARD\r\nVERSION:3.0\r\nPHOTO:" + new string('A', 200_000) + "\r\nFN:Giant\r\nEND:VCARD\r\n");
        _dav.Put("zoe", "Zoe", "zoe@example.com");
        await using var services = MailServices.Create(options => options.MaxAnswerBytes = 100_000);

        var first = await SyncAsync(null, services);
        var second = await SyncAsync(first.State, services);

        Assert.Equal(["", "Ann", "Bob", "Zoe"], Names(first));
        Assert.True(first.IsComplete);
        Assert.False(second.IsChanged);
    }

    [Fact]
    public async Task Sync_MoreBytesThanAllowedAtOnce_GoesOnTheNextTime()
    {
        var note = $"NOTE:{new string('n', 20_000)}\r\n";
        for (var i = 0; i < 12; i++)
        {
            _dav.Put($"x{i}", $"X{i}", $"x{i}@example.com", note);
        }

        await using var services = MailServices.Create(options => (options.MaxAnswerBytes, options.MaxContactBytes) = (100_000, 100_000));
        var sync = await SyncAsync(null, services);
        Assert.False(sync.IsComplete);
        for (var rounds = 0; rounds < 10 && !sync.IsComplete; rounds++)
        {
            sync = await SyncAsync(sync.State, services);
        }

        Assert.True(sync.IsComplete);
        Assert.Equal(14, Names(sync).Length);
        Assert.False((await SyncAsync(sync.State, services)).IsChanged);
    }

    [Fact]
    public async Task Sync_PlacesHaveMoved_AreFoundAgain()
    {
        var first = await SyncAsync(null);
        var moved = first.State with { Places = [new CardDavPlace(_web.Url + "/old/", IsBook: false)] };

        var second = await SyncAsync(moved);

        Assert.False(second.IsChanged);
        Assert.Equal(first.State.Places, second.State.Places);
    }

    [Fact]
    public async Task Sync_StateOfAnotherServer_IsNotUsed()
    {
        var first = await SyncAsync(null);
        var other = first.State with { Start = "https://dav.example.com/", Places = [new CardDavPlace("https://dav.example.com/books/", IsBook: false)] };

        var second = await SyncAsync(other);

        Assert.True(second.IsChanged);
        Assert.Equal(first.State.Books, second.State.Books);
    }

    [Fact]
    public async Task Sync_WithATokenOrAPassword_SendsIt()
    {
        await SyncAsync(null, credential: new MailToken("ann@example.com", "t0k3n"));
        Assert.All(_web.Authorizations, authorization => Assert.Equal("Bearer t0k3n", authorization));
        _web.Authorizations.Clear();

        await SyncAsync(null, credential: new MailPassword("ann", "pässword"));
        Assert.All(_web.Authorizations, authorization => Assert.Equal("Basic YW5uOnDDpHNzd29yZA==", authorization));
    }

    private static string[] Names(CardDavSync sync) => [.. sync.State.AllCards().Select(card => card.Name ?? "").Order(StringComparer.Ordinal)];

    private Task<CardDavSync> SyncAsync(CardDavState? known, ServiceProvider? services = null, MailCredential? credential = null)
        => (services ?? _services).GetRequiredService<CardDavClient>().SyncAsync(
            new CardDavAccess(new Uri(_web.Url), credential ?? new MailPassword("ann", "secret")), known, CancellationToken.None);
}
