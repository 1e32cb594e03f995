using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission P2: what an account does on one device, the others have.</summary>
[Collection(ServerCollection.Name)]
public sealed class DeviceJourneys(ServerFixture fixture)
{
    private readonly TestServer _server = fixture.Server;

    [Fact]
    public async Task EverythingDoneOnOneDevice_IsOnTheOtherAndOnANewOne()
    {
        using var friend = await _server.JoinAsync("friend");
        var account = await _server.RegisterAsync("ann");
        await using var phone = await _server.SdkAsync(account, device: "phone");
        await using var desk = await _server.SdkAsync(account, device: "desk");

        await phone.RequestContactAsync(account, friend.Account, "it is me");
        await friend.OkAsync("contacts.accept", new { @as = friend.Account, account });
        await phone.SetContactAsync(account, friend.Account, remark: "Fred", labels: ["work", "chess"]);
        await phone.SetProfileAsync(account, displayName: "Ann", description: "here");
        await phone.SetSettingAsync(account, "theme", "\"dark\"");
        await phone.SetCustomAsync(account, "pet", """{"name":"Rex"}""");
        await friend.MessageAsync(account, "one");
        await friend.MessageAsync(account, "two");
        await phone.ShowsAsync(account, page => page.Unread.GetValueOrDefault(friend.Account) == 2, "two unread messages");
        var last = phone.Pages[account].Recent.OfType<MessageReceived>().Last(message => !message.IsOwn);
        await phone.MarkReadAsync(account, friend.Account, last.Seq!.Value - 1);
        await phone.SendAsync(account, friend.Account, "an answer");

        await using var tablet = await _server.SdkAsync(account, device: "tablet");
        foreach (var device in new[] { phone, desk, tablet })
        {
            await device.ShowsAsync(account, page => page.Recent.OfType<MessageReceived>().Any(message => message.Body == "an answer"), "the answer");
            var page = device.Pages[account];
            var contact = page.Contacts[friend.Account];
            Assert.Equal(("friend", "Fred"), (contact.State, contact.Remark));
            Assert.Equal(["work", "chess"], contact.Labels);
            Assert.Equal(("Ann", "here"), (page.Profile.DisplayName, page.Profile.Description));
            Assert.Equal("dark", page.Settings["theme"].GetString());
            Assert.Equal("Rex", page.Custom["pet"].GetProperty("name").GetString());
            Assert.Equal(1, page.Unread[friend.Account]);
        }

        await tablet.BlockContactAsync(account, friend.Account);
        await desk.ShowsAsync(account, page => page.Contacts[friend.Account].State == "blocked", "the block");
        Assert.Equal(["work", "chess"], desk.Pages[account].Contacts[friend.Account].Labels);
    }

    [Fact]
    public async Task Sessions_OfThreeDevices_AreListedAndEndOneByOneThenAll()
    {
        var account = await _server.RegisterAsync("ann");
        using var phone = await _server.SignInAsync(account, device: "phone");
        using var desk = await _server.SignInAsync(account, device: "desk");
        using var tablet = await _server.SignInAsync(account, device: "tablet");

        var devices = (await tablet.OkAsync("sessions.list", new { @as = account })).List("sessions");
        Assert.Equal(["phone", "desk", "tablet"], devices.Select(device => device.Text("device")));
        Assert.Equal([phone.Session, desk.Session, tablet.Session], devices.Select(device => device.Text("session")));
        Assert.Equal([false, false, true], devices.Select(device => device.GetProperty("current").GetBoolean()));
        Assert.All(devices, device => Assert.Equal(account, device.Text("signedInAs")));

        await tablet.OkAsync("sessions.end", new { session = phone.Session });
        await phone.ByeAsync(4004);
        Assert.Equal("invalid_argument", await tablet.RefusalAsync("sessions.end", new { session = phone.Session }));
        Assert.Equal(["desk", "tablet"], (await desk.OkAsync("sessions.list")).Each("sessions", "device"));

        // A device that went away without a word is not listed either; its token lives on.
        desk.Cut();
        await Eventually.TrueAsync(
            async () => (await tablet.OkAsync("sessions.list")).Each("sessions", "device") is ["tablet"], "the desk to be gone", RawClient.Patience);
        using var deskAgain = await _server.ConnectAsync(account, desk.Token);

        (await Api.PostAsync(_server.Address, "v1/logout", new { everywhere = true }, tablet.Token)).Expect(204);
        await tablet.ByeAsync(4004);
        await deskAgain.ByeAsync(4004);
        foreach (var token in new[] { phone.Token, desk.Token, tablet.Token })
        {
            using var client = await RawClient.OpenAsync(_server.Address);
            Assert.Equal("unauthenticated", await client.RefusalAsync("hello", new { token }));
        }
    }

    [Fact]
    public async Task Session_ThatEndsItself_IsSignedOut()
    {
        using var phone = await _server.JoinAsync("ann");

        await phone.BeginAsync("sessions.end", new { session = phone.Session });

        await phone.ByeAsync(4004);
    }

    [Fact]
    public async Task Sessions_OfALinkedAccount_AreSeenByItsMasterAndEndedByTheirOwnerAlone()
    {
        using var member = await _server.JoinAsync("member");
        using var master = await _server.JoinAsync("master");
        await master.LinkAsync("secondary", member.Account);
        await master.AnyAsync(e => e.Is("page", member.Account), "the page of the member");

        var seen = (await member.OkAsync("sessions.list")).List("sessions");

        Assert.Equal(new[] { member.Account, master.Account }.Order(), seen.Select(session => session.Text("signedInAs")).Order());
        Assert.Equal("forbidden", await member.RefusalAsync("sessions.end", new { session = master.Session }));
        Assert.Equal("forbidden", await master.RefusalAsync("sessions.end", new { @as = member.Account, session = member.Session }));
        await member.SettleAsync();
        await master.SettleAsync();
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Unread_OnDevicesThatReadAndReconnectAtRandom_AgreesWithTheServer(int seed)
    {
        var random = new Random(seed);
        using var cat = await _server.JoinAsync("cat");
        using var dan = await _server.JoinAsync("dan");
        using var own = await _server.JoinAsync("ann");
        await cat.BefriendAsync(own);
        await dan.BefriendAsync(own);
        var account = own.Account;
        var devices = new[] { await _server.SdkAsync(account), await _server.SdkAsync(account) };

        for (var step = 0; step < 40; step++)
        {
            var device = random.Next(2);
            switch (random.Next(5))
            {
                case 0 when random.Next(3) == 0:
                    await devices[device].DisposeAsync();
                    devices[device] = await _server.SdkAsync(account);
                    break;
                case 1 or 2:
                    var recent = devices[device].Pages[account].Recent.OfType<MessageReceived>().ToArray();
                    if (recent.Length > 0)
                    {
                        var upTo = recent[random.Next(recent.Length)];
                        var writing = dan.MessageAsync(account, $"meanwhile {step}");
                        await devices[device].MarkReadAsync(account, upTo.Peer, upTo.Seq!.Value);
                        await writing;
                    }

                    break;
                default:
                    await (random.Next(2) == 0 ? cat : dan).MessageAsync(account, $"{step}");
                    break;
            }
        }

        using var fresh = await _server.SignInAsync(account);
        var unread = fresh.Page(account).GetProperty("unread").EnumerateObject().OrderBy(peer => peer.Name).Select(peer => $"{peer.Name} {peer.Value}").ToArray();
        foreach (var device in devices)
        {
            await device.ShowsAsync(
                account, page => page.Cursor >= fresh.Page(account).Number("cursor") && unread.SequenceEqual(page.Unread.OrderBy(peer => peer.Key).Select(peer => $"{peer.Key} {peer.Value}")),
                $"unread {string.Join(", ", unread)}");
            await device.DisposeAsync();
        }
    }
}
