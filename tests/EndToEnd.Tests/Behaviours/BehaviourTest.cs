using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Behaviours;

/// <summary>
/// What the .NET SDK does of tests/Behaviours/behaviours.json, against the real server. The JavaScript SDK does the same in
/// ClientSdk/js/test/behaviours.test.js.
/// </summary>
[Collection(ServerCollection.Name)]
public abstract class BehaviourTest(ServerFixture fixture) : IAsyncLifetime
{
    private readonly List<Device> _devices = [];

    private protected TestServer Server { get; } = fixture.Server;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var device in _devices)
        {
            await device.DisposeAsync();
        }
    }

    /// <summary>A device that is not signed in.</summary>
    private protected Device New(Func<ImClientOptions, ImClientOptions>? with = null)
    {
        var device = new Device(Server, with);
        _devices.Add(device);
        return device;
    }

    private protected async Task<Device> SignInAsync(string account, Func<ImClientOptions, ImClientOptions>? with = null, string password = TestServer.Password)
    {
        var device = New(with);
        device.Account = (await device.Client.SignInAsync(account, password)).Account;
        return device;
    }

    /// <summary>A new account that is signed in.</summary>
    private protected async Task<Device> JoinAsync(string prefix, Func<ImClientOptions, ImClientOptions>? with = null) =>
        await SignInAsync(await Server.RegisterAsync(prefix), with);

    private protected static async Task BefriendAsync(Device one, Device other)
    {
        await one.Client.RequestContactAsync(one.Account, other.Account);
        await other.ShowsAsync(page => page.Contacts.TryGetValue(one.Account, out var contact) && contact.State == "pending", "the request");
        await other.Client.AcceptContactAsync(other.Account, one.Account);
        await one.ShowsAsync(page => page.Contacts.TryGetValue(other.Account, out var contact) && contact.State == "friend", "the friend");
    }

    /// <summary>Two friends.</summary>
    private protected async Task<(Device Ann, Device Ben)> FriendsAsync(Func<ImClientOptions, ImClientOptions>? annWith = null)
    {
        var (ann, ben) = (await JoinAsync("ann", annWith), await JoinAsync("ben"));
        await BefriendAsync(ann, ben);
        return (ann, ben);
    }

    private protected static async Task<ImException> RefusedAsync(string code, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<ImException>(call);
        Assert.Equal(code, refused.Code);
        return refused;
    }

    private protected static Task UntilAsync(Func<bool> condition, string what) => Eventually.TrueAsync(condition, what, RawClient.Patience);
}
