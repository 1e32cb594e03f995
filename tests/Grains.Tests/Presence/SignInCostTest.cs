using OrleansIM.Grains.Tests.Support;
using Xunit.Abstractions;

namespace OrleansIM.Grains.Tests.Presence;

public sealed class SignInCostTest(ITestOutputHelper output)
{
    [Fact]
    public async Task SignIn_WithAThousandFriends_SeesWhoIsOnlineInItsPage()
    {
        await using var world = await GrainWorld.StartAsync(SignInCost.Settings);

        var (first, second, seen) = await SignInCost.MeasureAsync(world, rounds: 20);

        output.WriteLine($"Opening an account with {SignInCost.Friends} friends, {seen} online: {first:0.00} ms the first session, {second:0.00} ms a second one (medians).");
        Assert.Equal(SignInCost.Online, seen);
    }
}
