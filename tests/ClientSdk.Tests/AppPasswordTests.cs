using OrleansIM.Client.Tests.Scripted;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Tests;

public sealed class AppPasswordTests
{
    [Fact]
    public async Task Create_ReturnsTheSecretOnce()
    {
        await using var session = await SignedIn.StartAsync();
        var create = session.Client.CreateAppPasswordAsync("ann", "phone");
        var request = await session.Stream.ReadAsync("appPasswords.create");
        await session.Stream.OkAsync(request, """{"id":"1","name":"phone","password":"aaaa-bbbb"}""");

        Assert.Equal(new NewAppPassword { Id = "1", Name = "phone", Password = "aaaa-bbbb" }, await create.Time("the answer"));
        Assert.Equal(("ann", "phone"), (request.GetProperty("as").GetString(), request.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task List_ReturnsThemWithTheirTimes()
    {
        await using var session = await SignedIn.StartAsync();
        var list = session.Client.ListAppPasswordsAsync("ann");
        await session.Stream.OkAsync(
            await session.Stream.ReadAsync("appPasswords.list"),
            """{"appPasswords":[{"id":"1","name":"phone","createdAt":"2026-01-02T03:04:05.678Z"},{"id":"2","name":"pc","createdAt":"2026-01-02T03:04:05.678Z","lastUsed":"2026-01-03T00:00:00.000Z"}]}""");

        var passwords = await list.Time("the list");
        Assert.Equal(["phone", "pc"], passwords.Select(password => password.Name));
        Assert.Equal([null, DateTimeOffset.Parse("2026-01-03T00:00:00Z", null)], passwords.Select(password => password.LastUsed));
    }

    [Fact]
    public async Task Revoke_OneThatIsNotThere_ThrowsTheCode()
    {
        await using var session = await SignedIn.StartAsync();
        var revoke = session.Client.RevokeAppPasswordAsync("ann", "1");
        var request = await session.Stream.ReadAsync("appPasswords.revoke");
        await session.Stream.RefuseAsync(request, """{"code":"invalid_argument","message":"id"}""");

        await revoke.Refused(ErrorCodes.InvalidArgument, "the refusal");
        Assert.Equal("1", request.GetProperty("appPassword").GetString());
    }
}
