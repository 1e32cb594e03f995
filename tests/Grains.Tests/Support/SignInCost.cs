using System.Diagnostics;
using OrleansIM.Contacts;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Support;

/// <summary>What the presence of friends adds to a sign-in: its first session asks the shards, a second one does not.</summary>
internal static class SignInCost
{
    public const int Friends = 1_000;
    public const int Online = 300;

    public static (string, string)[] Settings { get; } = [("Presence:OfflineDelay", "00:00:00"), ("Presence:MinInterval", "00:00:00")];

    /// <summary>Milliseconds of opening the account: medians with and without the shards, and the number of friends in the page.</summary>
    public static async Task<(double First, double Second, int Seen)> MeasureAsync(GrainWorld world, int rounds)
    {
        var names = Enumerable.Range(0, Friends).Select(i => $"friend{i}").ToArray();
        await world.RegisterAsync(["popular", .. names]);
        var popular = await world.SignInAsync("popular");
        foreach (var (number, name) in names.Index())
        {
            var friend = await world.SignInAsync(name);
            await GrainWorld.BefriendAsync(popular, friend);
            if (number >= Online)
            {
                await friend.CloseAsync();
            }
        }

        await Eventually.TrueAsync(() => world.Presence(popular).Count == Online + 1, $"{Online} friends to be online", TimeSpan.FromSeconds(60));
        await popular.CloseAsync();
        var (first, second) = (new List<double>(), new List<double>());
        AccountPage page = null!;
        for (var round = 0; round < rounds; round++)
        {
            (page, var took) = await OpenAsync(popular);
            first.Add(took);
            var other = await world.SignInAsync("popular");
            second.Add((await OpenAsync(other)).Took);
            await other.CloseAsync();
            await popular.CloseAsync();
        }

        return (Median(first), Median(second), page.Presence.Count - 1);
    }

    private static async Task<(AccountPage Page, double Took)> OpenAsync(TestSession session)
    {
        var began = Stopwatch.GetTimestamp();
        var page = (await session.OpenAsync(session.SignedInAs)).ShouldBeDone().Page;
        return (page, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
