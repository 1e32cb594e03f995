using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Behaviours;

public sealed class SignInBehaviours(ServerFixture fixture) : BehaviourTest(fixture)
{
    [Fact]
    [Trait("Behaviour", "sign-in.pages")]
    public async Task SignIn_WithAMaster_OpensAPageForEachAccountAndSaysThatAllAreThere()
    {
        var (ann, game) = (await JoinAsync("ann"), await Server.RegisterAsync("game"));
        await ann.Client.AddLinksAsync([new LinkRequest(game, TestServer.Password)]);
        var again = await SignInAsync(ann.Account);
        Assert.Equal(
            [(ann.Account, "master", "account"), (game, "secondary", "link")],
            again.Client.Pages.Values.Select(page => (page.Account, page.Role, page.Via)).OrderBy(page => page.Role));
        await again.HearsAsync<Ready>(_ => true, "the end of the sign-in");
        Assert.Equal(["PageOpened", "PageOpened", "Ready"], again.Told.Where(told => told is PageOpened or Ready).Select(told => told.GetType().Name));
    }

    [Fact]
    [Trait("Behaviour", "sign-in.refused")]
    public async Task SignIn_WrongPasswordOrUnknownAccount_IsRefusedInTheSameWords()
    {
        var account = await Server.RegisterAsync("ann");
        var wrong = await RefusedAsync("bad_credentials", () => New().Client.SignInAsync(account, "wrong password"));
        var unknown = await RefusedAsync("bad_credentials", () => New().Client.SignInAsync(account + "-nobody", TestServer.Password));
        Assert.Equal(wrong.Message, unknown.Message);
    }

    [Fact]
    [Trait("Behaviour", "sign-in.token")]
    public async Task Session_ThatWasKept_SignsInAgainUntilItIsSignedOut()
    {
        var ann = await JoinAsync("ann");
        var kept = ann.Client.Session!;
        await ann.Client.DisposeAsync();
        var again = New(options => options with { Session = kept });
        await again.Client.ConnectAsync();
        Assert.Equal([kept.Account], again.Client.Pages.Keys);
        await again.Client.SignOutAsync();
        await RefusedAsync("unauthenticated", () => New().Client.ConnectAsync(kept));
    }

    [Fact]
    [Trait("Behaviour", "sign-out.device")]
    public async Task SignOut_OfOneDevice_EndsItsSessionAndNoOther()
    {
        var phone = await JoinAsync("ann");
        var desk = await SignInAsync(phone.Account);
        var session = phone.Client.Session!;
        await phone.Client.SignOutAsync();
        Assert.Equal(ConnectionStatus.SignedOut, phone.Client.Status);
        await RefusedAsync("unauthenticated", () => New().Client.ConnectAsync(session));
        await desk.Client.PingAsync();
    }

    [Fact]
    [Trait("Behaviour", "sign-out.everywhere")]
    public async Task SignOut_Everywhere_EndsTheOtherDevices()
    {
        var phone = await JoinAsync("ann");
        var desk = await SignInAsync(phone.Account);
        await phone.Client.SignOutAsync(everywhere: true);
        Assert.Equal(4004, (await desk.HearsAsync<SignedOut>(_ => true, "the end")).CloseCode);
    }

    [Fact]
    [Trait("Behaviour", "password.changed")]
    public async Task Password_Changed_EndsTheOtherSessionsAndSignsInAnew()
    {
        var phone = await JoinAsync("ann");
        var desk = await SignInAsync(phone.Account);
        await phone.Client.ChangePasswordAsync(TestServer.Password, TestServer.Password + "!");
        await desk.HearsAsync<SignedOut>(_ => true, "the end");
        await phone.Client.PingAsync();
        await RefusedAsync("bad_credentials", () => New().Client.SignInAsync(phone.Account, TestServer.Password));
        await SignInAsync(phone.Account, password: TestServer.Password + "!");
    }

    [Fact]
    [Trait("Behaviour", "account.exported")]
    public async Task Account_Exported_IsWholeToTheEnd()
    {
        var (ann, bob) = await FriendsAsync();
        await ann.Client.SendAsync(ann.Account, bob.Account, "to be taken along");
        using var file = new MemoryStream();
        await RefusedAsync("bad_credentials", () => ann.Client.ExportAsync(file, "wrong password"));
        Assert.Equal(0, file.Length);

        await ann.Client.ExportAsync(file, TestServer.Password);

        var lines = System.Text.Encoding.UTF8.GetString(file.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(ann.Account, JsonElement.Parse(lines[0]).GetProperty("export").Text("account"));
        Assert.Contains(lines, line => line.Contains("to be taken along", StringComparison.Ordinal));
        Assert.True(JsonElement.Parse(lines[^1]).Has("end"));
    }

    [Fact]
    [Trait("Behaviour", "account.deleted")]
    public async Task Account_Deleted_IsNobodysAnyMore()
    {
        var (ann, bob) = await FriendsAsync();
        var desk = await SignInAsync(ann.Account);
        await RefusedAsync("bad_credentials", () => ann.Client.DeleteAccountAsync("wrong password"));
        await ann.Client.PingAsync();

        await ann.Client.DeleteAccountAsync(TestServer.Password);

        Assert.Null((await ann.HearsAsync<SignedOut>(_ => true, "the end")).Error);
        Assert.Empty(ann.Client.Pages);
        Assert.Equal(4004, (await desk.HearsAsync<SignedOut>(_ => true, "the end of the other session")).CloseCode);
        await RefusedAsync("bad_credentials", () => New().Client.SignInAsync(ann.Account, TestServer.Password));
        await Eventually.TrueAsync(() => !bob.Page.Contacts.ContainsKey(ann.Account), "the contact to go");
    }

    [Fact]
    [Trait("Behaviour", "devices.all")]
    public async Task Devices_WithAppPasswords_AreOneListAndEachIsShutOut()
    {
        var desk = await JoinAsync("ann", options => options with { Device = "desk" });
        var phone = await SignInAsync(desk.Account, options => options with { Device = "phone" });
        await desk.Client.CreateAppPasswordAsync(desk.Account, "a program");
        var devices = await desk.Client.ListDevicesAsync(desk.Account);
        Assert.Equal(
            [("session", "desk", true), ("session", "phone", false), ("appPassword", "a program", false)], devices.Select(device => (device.Kind, device.Name, device.Current)));
        Assert.Equal("127.0.0.1", devices[0].From);
        await desk.Client.RevokeDeviceAsync(desk.Account, devices[1]);
        await desk.Client.RevokeDeviceAsync(desk.Account, devices[2]);
        await phone.HearsAsync<SignedOut>(_ => true, "the end");
        Assert.Equal(["desk"], (await desk.Client.ListDevicesAsync(desk.Account)).Select(device => device.Name));
    }

    [Fact]
    [Trait("Behaviour", "devices.unconnected")]
    public async Task Device_NotConnected_IsListedAndItsTokenDeadOnceItIsShutOut()
    {
        var desk = await JoinAsync("ann", options => options with { Device = "desk" });
        var phone = await SignInAsync(desk.Account, options => options with { Device = "phone" });
        var session = phone.Client.Session;
        await phone.Client.DisposeAsync();
        Task<IReadOnlyList<Client.Device>> ListAsync() => desk.Client.ListDevicesAsync(desk.Account);
        await Eventually.TrueAsync(async () => (await ListAsync()).Any(one => one is { Name: "phone", Connected: false }), "the phone not to be connected", RawClient.Patience);
        var device = (await ListAsync()).Single(one => one.Name == "phone");
        Assert.Equal((Client.Device.DeviceKind, "127.0.0.1"), (device.Kind, device.From));

        await desk.Client.RevokeDeviceAsync(desk.Account, device);

        Assert.Equal(["desk"], (await ListAsync()).Select(one => one.Name));
        await RefusedAsync("unauthenticated", () => New().Client.ConnectAsync(session));
    }

    [Fact]
    [Trait("Behaviour", "devices.list-and-end")]
    public async Task Devices_AreListed_AndOneEndsAnother()
    {
        var phone = await JoinAsync("ann", options => options with { Device = "phone" });
        var desk = await SignInAsync(phone.Account, options => options with { Device = "desk" });
        var devices = await desk.Client.ListSessionsAsync(desk.Account);
        Assert.Equal(
            [("phone", false, phone.Client.SessionId), ("desk", true, desk.Client.SessionId)],
            devices.Select(device => (device.Device, device.Current, (string?)device.Session)));
        await desk.Client.EndSessionAsync(phone.Client.SessionId!);
        Assert.Equal(4004, (await phone.HearsAsync<SignedOut>(_ => true, "the end")).CloseCode);
    }
}
