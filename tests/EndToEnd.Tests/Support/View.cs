namespace OrleansIM.EndToEnd.Tests.Support;

/// <summary>What one connection was sent of one account: a page, or several where it had to be reloaded, and what followed each.</summary>
internal sealed record View(string Account, long? Asked, Received[] Frames)
{
    public static View Of(string account, long? asked, IReadOnlyList<Received> frames) =>
        new(account, asked, [.. frames.Where(frame => frame.Account == account && (frame.Is("page") || frame.Seq is not null))]);

    public Received[] Live => [.. Frames.Where(frame => !frame.Is("page"))];

    /// <summary>Whether the first page went on from the cursor.</summary>
    public bool Resumed => Frames[0].Data.GetProperty("resumed").GetBoolean();

    /// <summary>How far it has seen the log.</summary>
    public long Last => Frames.Length == 0 ? 0 : Frames.Max(frame => frame.Seq ?? frame.Data.Number("cursor"));

    /// <summary>Page and events together are a part of the log without a gap or a double, from the cursor on.</summary>
    public void AssertIs(JsonElement[] log, int resumeLimit)
    {
        Assert.True(Frames[0].Is("page"), $"{Account} began with {Frames[0]}");
        if (Resumed)
        {
            Assert.Equal(Asked, Frames[0].Data.Number("cursor"));
            Assert.Empty(Frames[0].Data.List("recent"));
        }

        if (Asked is null or < 0 || Asked > log.Length)
        {
            Assert.False(Resumed, $"{Account} resumed from {Asked}");
        }
        else if (log.Length - Asked <= resumeLimit)
        {
            Assert.True(Resumed, $"{Account} did not resume from {Asked}, and the log never went beyond {log.Length}");
        }

        var next = 0L;
        foreach (var frame in Frames)
        {
            if (frame.Is("page"))
            {
                AssertPage(frame, next, log);
                next = frame.Data.Number("cursor") + 1;
                continue;
            }

            Assert.True(frame.Seq == next, $"{Account}: expected seq {next}, got {frame.Seq}");
            Assert.Equal(log[next - 1].GetProperty("data").GetRawText(), frame.Data.GetRawText());
            next++;
        }
    }

    private void AssertPage(Received page, long next, JsonElement[] log)
    {
        var cursor = page.Data.Number("cursor");
        Assert.True(cursor >= next - 1, $"{Account}: a page at {cursor} after seq {next - 1}");
        var recent = page.Data.List("recent");
        var first = cursor - recent.Length + 1;
        recent.Select(entry => entry.Number("seq")).AssertGapless(first, Account);
        Assert.All(recent, entry => Assert.Equal(log[entry.Number("seq") - 1].GetProperty("data").GetRawText(), entry.GetProperty("data").GetRawText()));
    }
}
