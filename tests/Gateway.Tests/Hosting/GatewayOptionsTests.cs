using Microsoft.Extensions.Options;
using OrleansIM.Gateway.Tests.World;

namespace OrleansIM.Gateway.Tests.Hosting;

public sealed class GatewayOptionsTests
{
    [Fact]
    public async Task Start_WithFaultySettings_NamesThemAll()
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => GatewayHost.StartAsync(options =>
        {
            options.HelloTimeout = TimeSpan.Zero;
            options.MaxQueuedBytes = 1;
            options.MaxRequestsInFlight = 0;
        }));

        Assert.Equal(3, fault.Failures.Count());
        Assert.All(["Gateway:HelloTimeout", "Gateway:MaxQueuedBytes", "Gateway:MaxRequestsInFlight"], name => Assert.Contains(name, fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Defaults_AreValid() => Assert.True(new GatewayOptionsValidator().Validate(null, new GatewayOptions()).Succeeded);
}
