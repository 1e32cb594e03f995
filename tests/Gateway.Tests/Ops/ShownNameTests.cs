using System.Net;
using System.Text.Json;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Ops;

/// <summary>Names that others see are checked wherever one is given.</summary>
public sealed class ShownNameTests
{
    [Theory]
    [InlineData("P\\u0430ypal")]
    [InlineData("ann\\u202egpj")]
    [InlineData("an\\u200bn")]
    public async Task Names_ThatPretend_AreRefusedWhereverTheyAreGiven(string name)
    {
        await using var host = await GatewayHost.StartAsync();
        host.World.Add("ann");
        var ann = await host.SignInAsync("ann");

        Refused("displayName: ", await ann.AskAsync($$"""{"id":1,"op":"profile.set","as":"ann","displayName":"{{name}}"}"""));
        Refused("name: ", await ann.AskAsync($$"""{"id":2,"op":"groups.create","as":"ann","name":"{{name}}"}"""));
        Refused("name: ", await ann.AskAsync($$"""{"id":3,"op":"groups.set","as":"ann","group":"group:0123456789abcdef0123","name":"{{name}}"}"""));
        using var body = new StringContent($$"""{"account":"eve","password":"password-1","displayName":"{{name}}"}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await host.Http.PostAsync(new Uri("/v1/accounts", UriKind.Relative), body)).StatusCode);
    }

    private static void Refused(string field, JsonElement answer)
    {
        Assert.True(answer.TryGetProperty("err", out var error), $"Expected a refusal, got {answer}");
        Assert.Equal(ErrorCodes.InvalidArgument, error.GetProperty("code").GetString());
        Assert.StartsWith(field, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
