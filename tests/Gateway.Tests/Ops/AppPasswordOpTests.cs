using OrleansIM.Gateway.Tests.World;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Ops;

public sealed class AppPasswordOpTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private StreamClient _ann = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _host.World.Add("ann");
        _ann = await _host.SignInAsync("ann");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task AppPasswords_MadeListedRevoked_AreWrittenAsThePageSays()
    {
        Assert.Equal(
            """{"id":"secret-of-phone","name":"phone","password":"aaaa-bbbb"}""",
            (await _ann.OkAsync("""{"id":1,"op":"appPasswords.create","as":"ann","name":"phone"}""")).GetRawText());
        await _ann.OkAsync("""{"id":2,"op":"appPasswords.create","as":"ann","name":"pc"}""");
        Assert.Equal(
            """{"appPasswords":[{"id":"secret-of-phone","name":"phone","createdAt":"1970-01-01T00:00:00.000Z"},{"id":"secret-of-pc","name":"pc","createdAt":"1970-01-01T00:00:00.000Z","lastUsed":"1970-01-02T00:00:00.000Z"}]}""",
            (await _ann.OkAsync("""{"id":3,"op":"appPasswords.list","as":"ann"}""")).GetRawText());
        Assert.Equal("{}", (await _ann.OkAsync("""{"id":4,"op":"appPasswords.revoke","as":"ann","appPassword":"secret-of-pc"}""")).GetRawText());
        Assert.Equal(ErrorCodes.InvalidArgument, await _ann.RefusalAsync("""{"id":5,"op":"appPasswords.revoke","as":"ann","appPassword":"secret-of-pc"}"""));
    }

    [Theory]
    [InlineData("""{"id":1,"op":"appPasswords.create","as":"ann"}""", ErrorCodes.InvalidArgument)]
    [InlineData("""{"id":1,"op":"appPasswords.create","as":"ann","name":""}""", ErrorCodes.InvalidArgument)]
    [InlineData("""{"id":1,"op":"appPasswords.create","as":"ann","name":"a\nb"}""", ErrorCodes.InvalidArgument)]
    [InlineData("""{"id":1,"op":"appPasswords.revoke","as":"ann"}""", ErrorCodes.InvalidArgument)]
    [InlineData("""{"id":1,"op":"appPasswords.list","as":"bob"}""", ErrorCodes.Forbidden)]
    public async Task AppPasswords_BadField_IsRefused(string frame, string code) => Assert.Equal(code, await _ann.RefusalAsync(frame));
}
