using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Leaks;

/// <summary>A session that is watched: what may come to it is known elsewhere, what came is looked at here.</summary>
internal sealed class Watcher(RawClient client)
{
    public RawClient Client { get; } = client;

    /// <summary>The account that signed in.</summary>
    public string Viewer => Client.Account;

    /// <summary>When its sign-out was answered; null while it lives.</summary>
    public long? ClosedAt { get; set; }

    public bool IsOpen => ClosedAt is null;

    /// <summary>Whether a message has come to it on the page of an account, one by one or with the page.</summary>
    public bool Has(string account, string body) =>
        Client.Frames.Any(frame => frame.Account == account && Bodies(frame).Contains(body));

    /// <summary>The messages in a frame: one, or those of a page.</summary>
    public static IEnumerable<string> Bodies(Received frame) => frame.Name switch
    {
        "message" => [frame.Data.Text("body")],
        "page" => frame.Data.List("recent").Where(entry => entry.Text("ev") == "message").Select(entry => entry.GetProperty("data").Text("body")),
        _ => [],
    };

    /// <summary>
    /// What holds whatever happened: nothing about an account but between its page and its pageGone, durable events without
    /// gap or double after the page's cursor. Answers the last seq of every page that is open at the end.
    /// </summary>
    public Dictionary<string, long> CheckStream()
    {
        var open = new Dictionary<string, long>();
        foreach (var frame in Client.Frames.Where(frame => frame.Account is not null))
        {
            var account = frame.Account!;
            if (frame.Is("page"))
            {
                Assert.True(open.TryAdd(account, frame.Data.Number("cursor")), $"{this}: a second page of {account}: {frame}");
                continue;
            }

            if (frame.Is("pageGone"))
            {
                // Also of an account that was linked and left again before its page was there.
                open.Remove(account);
                continue;
            }

            Assert.True(open.TryGetValue(account, out var last), $"{this}: an event without a page: {frame}");
            if (frame.Seq is { } seq)
            {
                Assert.True(seq == last + 1, $"{this}: after {last} of {account} came {frame}");
                open[account] = seq;
            }
        }

        return open;
    }

    public override string ToString() => $"session {Client.Session} of {Viewer}";
}
