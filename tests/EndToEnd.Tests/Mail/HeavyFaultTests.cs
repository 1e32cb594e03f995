using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Mail;

/// <summary>Mission M13: what is much too much costs no memory, one after the other, so that it can be seen.</summary>
[Collection(FaultCollection.Name)]
public sealed class HeavyFaultTests(FaultWorld world)
{
    // Far from what any of them sends or has, and far over what else goes on in this process.
    private const long MostBytes = 200_000_000;

    private const int Megabyte = 1_000_000;

    private static readonly FaultCase[] s_table =
    [
        new("a line of 10 MB", static () => new Endless("UID SEARCH", "* XJUNK ", 10 * Megabyte)),
        new("a mail of 1 GB, sent whole", static () => new Endless("UID FETCH", $"* 2 FETCH (UID 2 BODY[1]<0> {{{1000 * Megabyte}}}\r\n", 1000L * Megabyte)),
        new("a mail of 1 GB", static () => new BadMail(new HostedMail(0, "During") { Size = 1000 * Megabyte, Text = new string('y', 10_000) }))
        {
            Code = null,
            Newest = static mail => Assert.StartsWith("yyyyy", mail.Text("preview"), StringComparison.Ordinal),
        },
        new("200,000 mails", static () => new Flood(200_000, saysRanges: true)) { Code = null, Unread = 200_002 },
        new("200,000 mails, each told", static () => new Flood(200_000, saysRanges: false)) { Code = null, Unread = 200_002 },
        new("a subject of 1 MB", static () => new BadMail(new HostedMail(0, "During " + new string('z', Megabyte))))
        {
            Code = null,
            Newest = static mail => Assert.InRange(mail.Text("subject").Length, 7, 1000),
        },
    ];

    public static TheoryData<string> Names { get; } = [.. s_table.Select(static row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task MailServer_SaysTooMuch_CostsNoMemoryAndMessagesGoOn(string fault)
    {
        var before = Measure();
        var most = before;
        var story = MailFaultTests.TellAsync(world.Server, s_table.Single(row => row.Name == fault));
        while (!story.IsCompleted)
        {
            await Task.WhenAny(story, Task.Delay(TimeSpan.FromMilliseconds(500)));
            most = Math.Max(most, Measure());
        }

        await story;
        Assert.InRange(most - before, long.MinValue, MostBytes);
    }

    /// <summary>What is held; not what waits to be collected.</summary>
    private static long Measure()
    {
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: false);
    }
}
