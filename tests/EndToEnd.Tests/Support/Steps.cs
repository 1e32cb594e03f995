using OrleansIM.Client;

namespace OrleansIM.EndToEnd.Tests.Support;

/// <summary>What many stories have in common.</summary>
public static class Steps
{
    /// <summary>Two accounts become friends.</summary>
    public static async Task BefriendAsync(this RawClient one, RawClient other)
    {
        await one.OkAsync("contacts.request", new { @as = one.Account, account = other.Account });
        Assert.Equal("friend", (await other.OkAsync("contacts.accept", new { @as = other.Account, account = one.Account })).Text("state"));
        await one.AnyAsync(e => e.Is("contact", one.Account) && IsFriend(e.Data, other.Account), $"{other.Account} as a friend of {one.Account}");
    }

    /// <summary>Links accounts to that of the session.</summary>
    public static async Task LinkAsync(this RawClient client, string role, params string[] accounts)
    {
        var answer = await client.OkAsync("link.add", new { accounts = accounts.Select(account => new { account, password = TestServer.Password, role }) });
        Assert.Equal(accounts, answer.Each("linked", "account"));
        Assert.Empty(answer.List("rejected"));
    }

    /// <summary>The whole log of an account, oldest first.</summary>
    public static async Task<JsonElement[]> LogAsync(this RawClient client, string account, string? peer = null)
    {
        var log = new List<JsonElement>();
        long? before = null;
        while (true)
        {
            var page = await client.OkAsync("history", new { @as = account, peer, before, limit = 200 });
            var events = page.List("events");
            log.InsertRange(0, events);
            if (!page.GetProperty("more").GetBoolean())
            {
                return [.. log];
            }

            Assert.NotEmpty(events);
            before = events[0].Number("seq");
        }
    }

    /// <summary>Every number from <paramref name="first"/> on, without a hole.</summary>
    public static void AssertGapless(this IEnumerable<long> seqs, long first, string whose)
    {
        foreach (var seq in seqs)
        {
            Assert.True(seq == first, $"{whose}: expected seq {first}, got {seq}");
            first++;
        }
    }

    /// <summary>Waits until a page of the SDK shows something.</summary>
    public static Task ShowsAsync(this ImClient client, string account, Func<Page, bool> condition, string what) => Eventually.TrueAsync(
        () => client.Pages.TryGetValue(account, out var page) && condition(page), $"{client.Account} to see {what} on the page of {account}", RawClient.Patience);

    private static bool IsFriend(JsonElement data, string account) =>
        data.GetProperty("contact").Text("account") == account && data.GetProperty("contact").Text("state") == "friend";
}
