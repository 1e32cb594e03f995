using OrleansIM.Contacts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Mail;
using OrleansIM.Mailboxes;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Mailboxes;

public sealed class ChannelTests
{
    private const string Mailbox = "ann@home.test";

    private static readonly (string, string)[] s_quick = [("Mail:LingerSeconds", "0"), ("Mail:RetryFirst", "00:00:00.020"), ("Mail:RetryMost", "00:00:00.100")];

    [Fact]
    public async Task Channel_FollowsTheSessions()
    {
        await using var world = await GrainWorld.StartAsync(s_quick);
        var ann = await BoundAsync(world);
        var second = await world.SignInAsync("ann");
        Assert.Equal(1, world.Mail.Open);

        await ann.CloseAsync();
        Assert.Equal(1, world.Mail.Open);
        await second.CloseAsync();
        await Eventually.TrueAsync(() => world.Mail.Open == 0, "the channel to close");

        await world.SignInAsync("ann");
        await Eventually.TrueAsync(
            async () => (await world.SignInAsync("ann")).Pages["ann"].Mailboxes[0].Channel.Status == ChannelStatus.Open, "the channel to open again");
        Assert.Equal(1, world.Mail.Open);
    }

    [Fact]
    public async Task Channel_SessionBackWithinTheLinger_StaysOpen()
    {
        await using var world = await GrainWorld.StartAsync(("Mail:LingerSeconds", "5"));
        var ann = await BoundAsync(world);
        var opened = world.Mail.Count("open");

        await ann.CloseAsync();
        ann = await world.SignInAsync("ann");
        await Task.Delay(TimeSpan.FromSeconds(5.5));

        Assert.Equal((1, opened), (world.Mail.Open, world.Mail.Count("open")));
        Assert.Equal(ChannelStatus.Open, (await world.SignInAsync("ann")).Pages["ann"].Mailboxes[0].Channel.Status);
    }

    [Fact]
    public async Task Channel_SessionsThatNobodyRenews_CloseIt()
    {
        await using var world = await GrainWorld.StartAsync([.. s_quick, ("Accounts:SessionLease", "00:00:01")]);
        await BoundAsync(world);

        await Eventually.TrueAsync(() => world.Mail.Open == 0, "the channel to close by itself");
    }

    [Fact]
    public async Task Channel_SessionsThatAreRenewed_KeepItOpen()
    {
        await using var world = await GrainWorld.StartAsync([.. s_quick, ("Accounts:SessionLease", "00:00:06")]);
        var ann = await BoundAsync(world);
        var opened = world.Mail.Count("open");
        for (var renewal = 0; renewal < 36; renewal++)
        {
            await Task.Delay(200);
            await world.Account("ann").RenewSessionsAsync(new RenewSessions { Sessions = [ann.Id] });
        }

        Assert.Equal((1, opened), (world.Mail.Open, world.Mail.Count("open")));
    }

    [Fact]
    public async Task Mail_DeliveredSeenAndExpunged_ShowsAtOnce()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await BoundAsync(world);
        var box = world.Mail.Mailbox(Mailbox);

        var first = box.Deliver("bob@else.test", "one", "the beginning", "Bob");
        await world.UnreadAsync(ann, 1);
        box.Deliver("bob@else.test", "two");
        await world.UnreadAsync(ann, 2);
        box.See(first);
        await world.UnreadAsync(ann, 1);
        box.Expunge(first + 1);
        await world.UnreadAsync(ann, 0);

        var shown = world.Signals(ann, "mail").First(mail => mail.GetProperty("unread").GetInt32() == 1).GetProperty("new")[0];
        Assert.Equal(("one", "the beginning", "bob@else.test", "Bob"), (
            shown.GetProperty("subject").GetString(), shown.GetProperty("preview").GetString(),
            shown.GetProperty("from").GetProperty("address").GetString(), shown.GetProperty("from").GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Mail_WakeWithoutNews_SaysNothing()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await BoundAsync(world);
        var box = world.Mail.Mailbox(Mailbox);
        box.Deliver("bob@else.test", "one");
        await world.UnreadAsync(ann, 1);
        var (events, summaries) = (world.Signals(ann, "mail").Length, world.Mail.Count("summarize"));

        box.Wake();
        await Eventually.TrueAsync(() => world.Mail.Count("summarize") > summaries, "another look");
        box.Wake();
        await Eventually.TrueAsync(() => world.Mail.Count("summarize") > summaries + 1, "another look");

        Assert.Equal(events, world.Signals(ann, "mail").Length);
    }

    [Fact]
    public async Task Page_HasTheLastKnownState_WithoutTheServer()
    {
        await using var world = await GrainWorld.StartAsync(s_quick);
        var ann = await BoundAsync(world);
        world.Mail.Mailbox(Mailbox).Deliver("bob@else.test", "kept");
        await world.UnreadAsync(ann, 1);
        await ann.CloseAsync();
        await Eventually.TrueAsync(() => world.Mail.Open == 0, "the channel to close");
        await world.RestartAsync();
        world.Mail.Before = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);

        var page = (await world.SignInAsync("ann")).Pages["ann"];

        Assert.Equal("kept", Assert.Single(Assert.Single(page.Mailboxes).News!.New).Subject);
        Assert.Equal(ChannelStatus.Opening, page.Mailboxes[0].Channel.Status);
    }

    [Fact]
    public async Task Server_Down_IsTriedAgainUntilItIsThere()
    {
        await using var world = await GrainWorld.StartAsync(s_quick);
        var ann = await BoundAsync(world);
        world.Mail.Before = (operation, _) => operation is "open" or "woken" ? throw new MailException(MailFault.Unreachable, "gone for lunch") : Task.CompletedTask;
        world.Mail.Mailbox(Mailbox).Wake();
        await world.SeesChannelAsync(ann, Mailbox, "failed");
        var tries = world.Mail.Count("open");
        await Eventually.TrueAsync(() => world.Mail.Count("open") > tries + 3, "more attempts");

        var failed = world.Signals(ann, "channel").Last(data => data.GetProperty("state").GetString() == "failed");
        Assert.Equal((ErrorCodes.MailUnreachable, "gone for lunch"), (failed.GetProperty("error").GetProperty("code").GetString(), failed.GetProperty("error").GetProperty("message").GetString()));
        Assert.True(failed.TryGetProperty("retryAt", out _));
        world.Mail.Mailbox(Mailbox).Deliver("bob@else.test", "meanwhile");
        world.Mail.Before = null;
        await world.SeesChannelAsync(ann, Mailbox, "open");
        await world.UnreadAsync(ann, 1);
    }

    [Fact]
    public async Task Server_ReadsGarbageOrBreaks_ComesBack()
    {
        await using var world = await GrainWorld.StartAsync(s_quick);
        var ann = await BoundAsync(world);
        Exception[] faults =
        [
            new MailException(MailFault.Garbage, "nonsense"), new MailException(MailFault.Refused, "NO"), new MailException(MailFault.NotSecure, "a certificate"),
            new IOException("a bug of the library"), new InvalidOperationException("another"), new OperationCanceledException("not ours"),
        ];
        foreach (var fault in faults)
        {
            var opened = world.Mail.Count("open");
            var left = 3;
            world.Mail.Before = (operation, _) => operation is "woken" or "open" or "summarize" && Interlocked.Decrement(ref left) >= 0 ? Task.FromException(fault) : Task.CompletedTask;
            world.Mail.Mailbox(Mailbox).Wake();

            await Eventually.TrueAsync(() => left < 0 && world.States(ann, Mailbox)[^1] == "open", $"the channel to be back after {fault.GetType().Name}");
            Assert.True(world.Mail.Count("open") > opened);
        }

        await Eventually.TrueAsync(() => world.Mail.Open == 1, "one connection");
    }

    [Fact]
    public async Task Secret_Refused_StopsUntilThereIsAnother()
    {
        await using var world = await GrainWorld.StartAsync(s_quick);
        var ann = await BoundAsync(world);
        var box = world.Mail.Mailbox(Mailbox);
        box.Password = "changed";
        world.Mail.Before = (operation, _) => operation == "woken" ? throw new MailException(MailFault.Unreachable, "gone") : Task.CompletedTask;
        box.Wake();

        await Eventually.TrueAsync(() => world.Signals(ann, "channel")[^1] is var last && last.TryGetProperty("error", out var error) && error.GetProperty("code").GetString() == ErrorCodes.MailAuthFailed, "the refusal");
        Assert.False(world.Signals(ann, "channel")[^1].TryGetProperty("retryAt", out _));
        var tries = world.Mail.Count("open");
        await world.RestartAsync();
        ann = await world.SignInAsync("ann");
        Assert.Equal(ChannelStatus.Failed, ann.Pages["ann"].Mailboxes[0].Channel.Status);
        Assert.Equal(tries, world.Mail.Count("open"));

        world.Mail.Before = null;
        (await world.TryBindAsync(ann, Mailbox, "changed")).ShouldBeDone();
        await world.SeesChannelAsync(ann, Mailbox, "open");
    }

    [Fact]
    public async Task Tokens_Refused_AreRenewedFirst()
    {
        await using var world = await GrainWorld.StartAsync(s_quick);
        await world.RegisterAsync("ann");
        var ann = await world.SignInAsync("ann");
        var box = world.Mail.Mailbox(Mailbox);
        box.Password = "token 1";
        (await world.MailOf("ann").BindMailboxAsync(ann.Id, new BindMailbox
        {
            Address = Mailbox,
            Auth = new MailAuth { AccessToken = "token 1", RefreshToken = "refresh 1", TokenEndpoint = "https://id.test/token", ClientId = "client" },
        })).ShouldBeDone();
        await world.SeesChannelAsync(ann, Mailbox, "open");
        world.Mail.Around.Refresh = secret => secret with { AccessToken = "token 2", RefreshToken = secret.RefreshToken == "refresh 1" ? "refresh 2" : "?" };
        box.Password = "token 2";
        var left = 1;
        world.Mail.Before = (operation, _) => operation == "woken" && Interlocked.Decrement(ref left) == 0 ? throw new MailException(MailFault.Unreachable, "gone") : Task.CompletedTask;

        box.Wake();
        box.Deliver("bob@else.test", "after");

        await world.UnreadAsync(ann, 1);
        await world.SeesChannelAsync(ann, Mailbox, "open");
        world.Mail.Around.Refresh = null;
        Assert.DoesNotContain("token 2", world.State.Dump(), StringComparison.Ordinal);
        await world.RestartAsync();
        ann = await world.SignInAsync("ann");
        await Eventually.TrueAsync(() => world.Mail.Open == 1, "the renewed token to be stored");
    }

    [Fact]
    public async Task Server_Hangs_HoldsUpNothingOfTheAccount()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.FriendsAsync("ann", "bob");
        await world.BindAsync(sessions[0], Mailbox);
        var hangs = 0;
        var released = new TaskCompletionSource();
        world.Mail.Before = (_, cancellation) =>
        {
            Interlocked.Increment(ref hangs);
            return released.Task.WaitAsync(cancellation);
        };
        using var ends = new CancellationTokenSource();
        world.Mail.Mailbox(Mailbox).Wake();
        Task[] waiting =
        [
            world.MailOf("ann").ListMailsAsync(sessions[0].Id, new MailQuery { Mailbox = Mailbox, Limit = 5 }, ends.Token),
            world.MailAsync(sessions[0], Mailbox, [], addresses: ["x@else.test"]),
            world.TryBindAsync(sessions[0], "second@home.test"),
            world.Bridge(Mailbox).SignInAsync("guess", ends.Token),
        ];
        await Eventually.TrueAsync(() => Volatile.Read(ref hangs) >= 4, "everything to wait for the server");

        // All of this is done while all of that waits.
        for (var number = 0; number < 20; number++)
        {
            (await sessions[0].SendAsync("bob", $"{number}")).ShouldBeDone();
            (await sessions[1].SendAsync("ann", $"{number}")).ShouldBeDone();
        }

        (await world.Account("ann").SetProfileAsync(sessions[0].Id, new SetProfile { DisplayName = "Ann" })).ShouldBeDone();
        (await world.MailOf("ann").MapAddressAsync(sessions[0].Id, "bob@else.test", "bob")).ShouldBeDone();
        (await sessions[0].ChangeContactAsync("bob", ContactAction.Remove)).ShouldBeDone();
        Assert.Equal(Mailbox, Assert.Single((await world.SignInAsync("ann")).Pages["ann"].Mailboxes).Address);
        Assert.All(waiting, task => Assert.False(task.IsCompleted));

        await ends.CancelAsync();
        released.SetResult();
        await Task.WhenAll(waiting).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task Bridge_Hangs_PageComesWithoutIt()
    {
        await using var world = await GrainWorld.StartAsync(("Presence:PageTimeout", "00:00:00.200"));
        var ann = await BoundAsync(world);
        await ann.CloseAsync();
        await world.RestartAsync();
        using var held = new ManualResetEventSlim();
        world.State.BeforeRead = grain => _ = grain.ToString().Contains("im-mailbox", StringComparison.Ordinal) && held.Wait(TimeSpan.FromSeconds(20));

        var page = (await world.SignInAsync("ann")).Pages["ann"];

        Assert.False(held.IsSet);
        Assert.Equal((ChannelStatus.Closed, null), (Assert.Single(page.Mailboxes).Channel.Status, page.Mailboxes[0].News));
        held.Set();
    }

    [Fact]
    public async Task Contacts_OfMailsAndTheAddressBook_AreFoundWithFriends()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.FriendsAsync("ann", "bob");
        (await world.Account("bob").SetProfileAsync(sessions[1].Id, new SetProfile { Email = "bob@else.test" })).ShouldBeDone();
        var box = world.Mail.Mailbox(Mailbox);
        box.Correspondents.AddRange([new(new("bob@else.test", "Robert"), DateTimeOffset.UnixEpoch), new(new("cat@else.test"), DateTimeOffset.UnixEpoch), new(new(Mailbox, "Me"), DateTimeOffset.UnixEpoch)]);
        world.Mail.Around.Servers = world.Mail.Around.Servers with { CardDav = new Uri("https://dav.test/") };
        world.Mail.Around.Book = new CardDavState { Books = [new CardDavBook { Address = "a", Cards = [new CardDavCard { Href = "1", Name = "Dan D", Addresses = ["dan@else.test"] }] }] };
        await world.BindAsync(sessions[0], Mailbox);

        await Eventually.TrueAsync(async () => (await FindAsync(null)).Length == 3, "three contacts");

        Assert.Equal(["cat@else.test", "dan@else.test", "bob@else.test"], (await FindAsync(null)).Select(contact => contact.Address));
        await Eventually.TrueAsync(async () => Assert.Single(await FindAsync("rob")).Friend?.Account == "bob", "the friend among them");
        Assert.Equal("Dan D", Assert.Single(await FindAsync("DAN")).Name);
        (await world.MailOf("ann").FindMailContactsAsync(sessions[0].Id, new MailContactsQuery { Mailbox = "other@home.test", Limit = 10 })).ShouldBeRefused(ErrorCodes.UnknownMailbox);
        box.Deliver("eve@else.test", "hello", name: "Eve E");
        await Eventually.TrueAsync(async () => (await FindAsync("eve")) is [{ Name: "Eve E" }], "who has written since contacts were read");
        await world.RestartAsync();
        sessions[0] = await world.SignInAsync("ann");
        Assert.Equal(4, (await FindAsync(null)).Length);

        async Task<MailParty[]> FindAsync(string? text) =>
            (await world.MailOf("ann").FindMailContactsAsync(sessions[0].Id, new MailContactsQuery { Mailbox = Mailbox, Text = text, Limit = 10 })).ShouldBeDone();
    }

    [Fact]
    public async Task List_ReadAndUnread_IsAskedNow()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await BoundAsync(world);
        var box = world.Mail.Mailbox(Mailbox);
        box.See(box.Deliver("bob@else.test", "one"));
        box.Deliver("bob@else.test", "two");

        Assert.Equal(["two", "one"], (await ListAsync(unreadOnly: false)).Mails.Select(mail => mail.Subject));
        Assert.Equal(["two"], (await ListAsync(unreadOnly: true)).Mails.Select(mail => mail.Subject));
        await Eventually.TrueAsync(() => world.Mail.Open == 1, "the second connection to be closed");
        world.Mail.Before = (operation, _) => operation == "list" ? throw new MailException(MailFault.Refused, "no such folder") : Task.CompletedTask;
        (await world.MailOf("ann").ListMailsAsync(ann.Id, new MailQuery { Mailbox = Mailbox, Limit = 5 })).ShouldBeRefused(ErrorCodes.MailRefused);

        async Task<MailList> ListAsync(bool unreadOnly) =>
            (await world.MailOf("ann").ListMailsAsync(ann.Id, new MailQuery { Mailbox = Mailbox, UnreadOnly = unreadOnly, Limit = 5 })).ShouldBeDone();
    }

    private static async Task<TestSession> BoundAsync(GrainWorld world)
    {
        await world.RegisterAsync("ann");
        var ann = await world.SignInAsync("ann");
        await world.BindAsync(ann, Mailbox);
        return ann;
    }
}
