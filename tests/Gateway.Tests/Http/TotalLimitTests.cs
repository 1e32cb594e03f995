using System.Net;
using OrleansIM.Gateway.Tests.World;

namespace OrleansIM.Gateway.Tests.Http;

/// <summary>What everybody together may do in a minute, however many addresses it comes from.</summary>
public sealed class TotalLimitTests
{
    [Fact]
    public async Task Register_TooManyInTotal_SlowsEverybodyDown()
    {
        await using var host = await GatewayHost.StartAsync(options => options.RegistrationsPerMinuteInTotal = 2);
        Assert.Equal(HttpStatusCode.Created, (await host.PostAsync("/v1/accounts", new { account = "user-a", password = "password-1" })).Status);
        Assert.Equal(HttpStatusCode.Created, (await host.PostAsync("/v1/accounts", new { account = "user-b", password = "password-1" })).Status);

        var answer = await host.PostAsync("/v1/accounts", new { account = "user-c", password = "password-1" });

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.Status);
        Assert.InRange(answer.Response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
    }

    [Fact]
    public async Task LogIn_TooManyInTotal_SlowsEverybodyDownAlsoWithTheRightPassword()
    {
        await using var host = await GatewayHost.StartAsync(options => options.SignInsPerMinuteInTotal = 2);
        host.World.Add("ann");
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/login", new { login = "ann", password = "password-1" })).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.PostAsync("/v1/login", new { login = "nobody", password = "x" })).Status);

        Assert.Equal(HttpStatusCode.TooManyRequests, (await host.PostAsync("/v1/login", new { login = "ann", password = "password-1" })).Status);
    }

    [Fact]
    public async Task LogIn_AfterManyServiceCalls_HasItsOwnLimit()
    {
        await using var host = await GatewayHost.StartAsync(options => options.SignInsPerMinuteInTotal = 1);
        host.World.Add("ann");
        for (var i = 0; i < 5; i++)
        {
            // Refused for what it asks, and so not for how often: the fakes of the service know every secret, and do nothing.
            var answer = await host.PostAsync("/v1/service/messages", new { to = Array.Empty<string>(), body = "x", cid = "1" }, "ims_secret");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        }

        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v1/login", new { login = "ann", password = "password-1" })).Status);
    }
}
