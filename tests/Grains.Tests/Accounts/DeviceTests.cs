using OrleansIM.Accounts;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Accounts;

/// <summary>Devices that are signed in, connected or not.</summary>
public sealed class DeviceTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task Device_ThatIsNotConnected_IsListedAndItsTokenDeadOnceItIsShutOut()
    {
        await using var world = await GrainWorld.StartAsync();
        var (desk, phone) = await TwoDevicesAsync(world);
        Assert.Equal([DeviceKind.Session, DeviceKind.Session], (await ListAsync(world, desk)).Select(device => device.Kind));

        await phone.CloseAsync();
        var gone = (await ListAsync(world, desk)).Single(device => device.Kind is DeviceKind.Device);
        Assert.Equal(("phone", phone.Token.TokenId, "ann"), (gone.Name, gone.Id, gone.SignedInAs));
        Assert.Equal(phone.Token.IssuedAt, gone.SignedInAt);

        (await world.Account("ann").EndSessionAsync(desk.Id, gone.Id)).ShouldBeDone();

        (await phone.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
        Assert.Equal(["desk"], (await ListAsync(world, desk)).Select(device => device.Name));
        await world.RestartAsync();
        (await phone.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
        (await desk.OpenAsync("ann")).ShouldBeDone();
    }

    [Fact]
    public async Task Devices_AfterARestart_AreStillThere()
    {
        await using var world = await GrainWorld.StartAsync();
        var (desk, phone) = await TwoDevicesAsync(world);

        await world.RestartAsync();
        (await desk.OpenAsync("ann")).ShouldBeDone();

        Assert.Equal([("desk", DeviceKind.Session), ("phone", DeviceKind.Device)], (await ListAsync(world, desk)).Select(device => (device.Name, device.Kind)).Order());
        (await phone.OpenAsync("ann")).ShouldBeDone();
    }

    [Fact]
    public async Task SignedOut_OneOrEverywhere_IsInTheListNoMore()
    {
        await using var world = await GrainWorld.StartAsync();
        var (desk, phone) = await TwoDevicesAsync(world);

        (await world.Credentials("ann").LogOutAsync(phone.Token, everywhere: false)).ShouldBeDone();
        Assert.Equal(["desk"], (await ListAsync(world, desk)).Select(device => device.Name));

        (await world.Credentials("ann").LogOutAsync(desk.Token, everywhere: true)).ShouldBeDone();
        (await desk.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
        var again = await SignInAsync(world, "again");
        (await again.OpenAsync("ann")).ShouldBeDone();
        Assert.Equal(["again"], (await ListAsync(world, again)).Select(device => device.Name));
    }

    [Fact]
    public async Task ChangePassword_KeepsTheDeviceThatAskedInTheListAlone()
    {
        await using var world = await GrainWorld.StartAsync();
        var (desk, phone) = await TwoDevicesAsync(world);

        (await world.Credentials("ann").ChangePasswordAsync(new ChangePassword { Token = desk.Token, Old = GrainWorld.Password("ann"), New = "new" })).ShouldBeDone();

        Assert.Equal(["desk"], (await ListAsync(world, desk)).Select(device => device.Name));
        (await phone.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
        await desk.CloseAsync();
        (await desk.OpenAsync("ann")).ShouldBeDone();
    }

    [Fact]
    public async Task Devices_OverTheLimit_SignTheLongestUnheardOfOutAndNoneThatIsConnected()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:MaxDevices", "3"), ("Accounts:SessionLease", "1.00:00:00"));
        var (desk, phone) = await TwoDevicesAsync(world);
        world.Clock.Advance(TimeSpan.FromHours(1));
        var tablet = await SignInAsync(world, "tablet");
        world.Clock.Advance(TimeSpan.FromHours(1));
        await phone.CloseAsync();

        // The tablet was heard of an hour before the phone went; the desk is connected.
        await SignInAsync(world, "fourth");

        Assert.Equal(["desk", "fourth", "phone"], (await ListAsync(world, desk)).Select(device => device.Name).Order());
        (await tablet.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
        (await phone.OpenAsync("ann")).ShouldBeDone();
    }

    [Fact]
    public async Task Device_ThatNeverConnected_WasLastUsedWhenItSignedIn()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:SessionLease", "3.00:00:00"));
        var (desk, _) = await TwoDevicesAsync(world);
        var before = world.Clock.GetUtcNow();
        await SignInAsync(world, "tablet");
        world.Clock.Advance(TimeSpan.FromHours(5));

        var tablet = (await ListAsync(world, desk)).Single(device => device.Name == "tablet");

        Assert.Equal(DeviceKind.Device, tablet.Kind);
        Assert.Equal(before, tablet.LastUsed!.Value, TimeSpan.FromMinutes(1));
        Assert.Equal(tablet.SignedInAt!.Value, tablet.LastUsed.Value, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Device_OnEachUse_IsWrittenOnceADay()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:SessionLease", "3.00:00:00"));
        var (desk, phone) = await TwoDevicesAsync(world);
        var writes = 0;
        world.State.BeforeWrite = (state, _) => Interlocked.Add(ref writes, state == StorageNames.AccountRecord ? 1 : 0);
        for (var i = 0; i < 10; i++)
        {
            await phone.CloseAsync();
            (await phone.OpenAsync("ann")).ShouldBeDone();
        }

        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await phone.CloseAsync();
        Assert.Equal(0, Volatile.Read(ref writes));
        Assert.Equal(world.Clock.GetUtcNow(), (await ListAsync(world, desk)).Single(device => device.Name == "phone").LastUsed!.Value, TimeSpan.FromSeconds(30));

        world.Clock.Advance(TimeSpan.FromHours(23.99));
        (await phone.OpenAsync("ann")).ShouldBeDone();
        await Eventually.TrueAsync(() => Volatile.Read(ref writes) == 1, "the use of the day to be written");
    }

    [Fact]
    public async Task Token_OfBeforeThereWasAList_IsGoodAndGetsAPlaceInIt()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var old = await world.SignInAsync("ann");
        Assert.False(DeviceRules.IsListed(old.Token.TokenId));
        var desk = await SignInAsync(world, "desk");
        (await desk.OpenAsync("ann")).ShouldBeDone();
        await old.CloseAsync();

        await Eventually.TrueAsync(async () => (await ListAsync(world, desk)).Any(device => device.Kind is DeviceKind.Device && device.Id == old.Token.TokenId), "its place");
        (await old.OpenAsync("ann")).ShouldBeDone();
        await old.CloseAsync();
        (await world.Account("ann").EndSessionAsync(desk.Id, old.Token.TokenId)).ShouldBeDone();

        (await old.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
        await world.RestartAsync();
        (await old.OpenAsync("ann")).ShouldBeRefused(ErrorCodes.Unauthenticated);
    }

    [Fact]
    public async Task Devices_InTheSessionOfAMaster_AreNotShown()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("master");
        var (_, phone) = await TwoDevicesAsync(world);
        await phone.CloseAsync();
        var master = await world.SignInAsync("master");
        (await master.LinkAsync(("ann", LinkRole.Secondary))).ShouldBeDone();
        (await master.OpenAsync("ann")).ShouldBeDone();

        var seen = (await world.Account("ann").ListDevicesAsync(master.Id)).ShouldBeDone();

        Assert.All(seen, device => Assert.Equal(DeviceKind.Session, device.Kind));
        (await world.Account("ann").EndSessionAsync(master.Id, phone.Token.TokenId)).ShouldBeRefused(SessionRefusals.Forbidden.Code);
        (await phone.OpenAsync("ann")).ShouldBeDone();
    }

    [Fact]
    public void Add_ManyMore_KeepsTheListAndTheRevokedBounded()
    {
        var record = new AccountRecord();
        for (var i = 0; i < 500; i++)
        {
            record = DeviceRules.Add(record, Device($".{i}", s_now.AddMinutes(i)), most: 10, s_now.AddMinutes(i), _ => false).Record;
        }

        Assert.Equal(Enumerable.Range(490, 10).Select(i => $".{i}"), record.Devices.Select(device => device.Token));
        Assert.Empty(record.RevokedTokens);
    }

    [Fact]
    public void Add_Full_ForgetsExpiredFirstThenUnheardThenConnected()
    {
        var record = new AccountRecord
        {
            Devices = [Device(".connected", s_now.AddDays(-9)), Device(".expired", s_now, s_now.AddSeconds(-1)), Device("unlisted", s_now.AddDays(-2)), Device(".new", s_now)],
        };

        (record, var forgotten) = DeviceRules.Add(record, Device(".a", s_now), most: 4, s_now, IsConnected);
        Assert.Empty(forgotten);
        Assert.DoesNotContain(record.Devices, device => device.Token == ".expired");

        (record, forgotten) = DeviceRules.Add(record, Device(".b", s_now), most: 2, s_now, device => IsConnected(device) || device.Token == ".a");
        Assert.Equal(["unlisted", ".new", ".connected"], forgotten.Select(device => device.Token));
        Assert.Equal([".a", ".b"], record.Devices.Select(device => device.Token));
        Assert.Equal(["unlisted"], record.RevokedTokens.Keys);

        static bool IsConnected(DeviceRecord device) => device.Token == ".connected";
    }

    private static DeviceRecord Device(string token, DateTimeOffset lastUsed, DateTimeOffset? expiresAt = null) => new()
    {
        Token = token,
        Name = token,
        Via = "account",
        CreatedAt = lastUsed,
        LastUsed = lastUsed,
        ExpiresAt = expiresAt ?? s_now.AddDays(30),
    };

    private static async Task<(TestSession Desk, TestSession Phone)> TwoDevicesAsync(GrainWorld world)
    {
        await world.RegisterAsync("ann");
        var (desk, phone) = (await SignInAsync(world, "desk"), await SignInAsync(world, "phone"));
        (await desk.OpenAsync("ann")).ShouldBeDone();
        (await phone.OpenAsync("ann")).ShouldBeDone();
        return (desk, phone);
    }

    /// <summary>As the gateway does it; the stream is not opened.</summary>
    private static async Task<TestSession> SignInAsync(GrainWorld world, string device)
    {
        var now = world.Clock.GetUtcNow();
        now -= TimeSpan.FromTicks(now.Ticks % TimeSpan.TicksPerMillisecond);
        SigningIn.Say(device, now, now.AddDays(30));
        var grant = (await world.Credentials("ann").LogInAsync(GrainWorld.Password("ann"))).ShouldBeDone();
        var token = new TokenClaims
        {
            TokenId = grant.TokenId!,
            Account = "ann",
            Generation = grant.Generation,
            Device = device,
            Via = "account",
            IssuedAt = now,
            ExpiresAt = now.AddDays(30),
        };
        Assert.True(DeviceRules.IsListed(token.TokenId));
        return new TestSession(world, "ann", token);
    }

    private static async Task<DeviceInfo[]> ListAsync(GrainWorld world, TestSession session) =>
        (await world.Account("ann").ListDevicesAsync(session.Id)).ShouldBeDone();
}
