using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Mail;

/// <summary>
/// Mission M8 and M13: while a mail cannot be handed over or filed, messages go on and the answer says what became of each
/// recipient; the same <c>cid</c> again ends it, once.
/// </summary>
[Collection(FaultCollection.Name)]
public sealed class SendingFaultTests(FaultWorld world)
{
    private static readonly string[] s_to = ["bob@example.test", "carl@example.test", "dora@example.test"];

    public static TheoryData<string> Names { get; } = [.. Table().Select(static row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task Mail_ThatCannotBeSentOrKept_IsToldAndSentOnceWhenItCan(string fault) =>
        world.StoryAsync(Table(), fault, row => TellAsync(world.Server, row));

    private static async Task TellAsync(TestServer server, SendingCase row)
    {
        var fault = row.Fault();
        await using var story = await FaultStory.BeginAsync(server, fault);
        await fault.BeginAsync(story.Host);
        var answer = await story.BeginSendAsync("the-cid", s_to);
        await story.TalkAsync();
        using (await story.SignInAsync(isHealthy: true))
        {
            await story.TalkAsync();
        }

        Assert.Equal(row.Told, Describe(await answer));
        Assert.Equal(row.KeptBefore, story.Host.Sent.Count);

        // A copy that could not be filed follows by itself.
        await fault.EndAsync(story.Host);
        if (row.FollowsByItself)
        {
            await Eventually.TrueAsync(() => story.Host.Sent.Count == 1, "the copy to be in Sent", RawClient.Patience);
        }

        Assert.Equal(row.ToldAgain ?? row.Told, Describe(await story.SendAsync("the-cid", s_to)));
        Assert.Equal(row.Submitted, story.Host.Submitted.Count);
        await Eventually.TrueAsync(() => story.Host.Sent.Count >= 1, "the copy to be in Sent", RawClient.Patience);
        Assert.Single(story.Host.Sent);
        Assert.Single(story.Host.Submitted.Select(MailHost.MessageIdOf).Distinct());
    }

    /// <summary>Who got it, who did not and why; or why nobody.</summary>
    private static string Describe(JsonElement answer) => answer.TryGetProperty("err", out var err) ? err.Text("code") : string.Join(' ',
    [
        .. answer.GetProperty("ok").List("sent").Select(static to => $"+{to.GetString()![0]}"),
        .. answer.GetProperty("ok").List("failed").Select(static failed => $"-{failed.Text("to")[0]}:{failed.Text("reason")}{(failed.Has("detail") ? "!" : "")}"),
    ]);

    private static SendingCase[] Table() =>
    [
        new("one of three refused", static () => new SmtpSays("RCPT TO:<carl", "550 5.1.1 no such user")) { Told = "+b +d -c:mail_refused!", KeptBefore = 1 },
        new("one of three later", static () => new SmtpSays("RCPT TO:<carl", "450 4.2.1 later")) { Told = "+b +d -c:mail_unreachable!", KeptBefore = 1 },
        new("all of them later", static () => new SmtpSays("RCPT", "451 4.7.1 greylisted"))
        {
            Told = "-b:mail_unreachable! -c:mail_unreachable! -d:mail_unreachable!",
            ToldAgain = All,
        },
        new("sender later", static () => new SmtpSays("MAIL", "451 4.3.0 later"))
        {
            Told = "-b:mail_unreachable! -c:mail_unreachable! -d:mail_unreachable!",
            ToldAgain = All,
        },
        new("message refused", static () => new SmtpSays("DATA", "554 5.5.1 no"))
        {
            Told = "-b:mail_refused! -c:mail_refused! -d:mail_refused!",
            ToldAgain = All,
        },
        new("cut after DATA, and taken", static () => new CutAfterData(isKept: true)) { Told = "mail_unreachable", KeptBefore = 1, ToldAgain = All },

        // It is given again, under the same Message-ID: there is nothing that could tell.
        new("cut after DATA, and forgotten", static () => new CutAfterData(isKept: false)) { Told = "mail_unreachable", ToldAgain = All, Submitted = 2 },
        new("service closed", static () => new SmtpSays("EHLO", "421 4.3.2 closing")) { Told = "mail_unreachable", ToldAgain = All },
        new("down", static () => new Down()) { Told = "mail_unreachable", ToldAgain = All },
        new("half-open", static () => new HalfOpen()) { Told = "mail_unreachable", ToldAgain = All },
        new("never answers", static () => new NeverAnswers()) { Told = "mail_unreachable", ToldAgain = All },
        new("a byte a second", static () => new Drips()) { Told = "mail_unreachable", ToldAgain = All },
        new("quota full", static () => new NoAppend("NO [OVERQUOTA] the mailbox is full")) { Told = All, FollowsByItself = true },
        new("folder gone", static () => new NoAppend("NO [TRYCREATE] no such folder")) { Told = All, FollowsByItself = true },
        new("BYE to APPEND", static () => new NoAppend("BYE going down")) { Told = All, FollowsByItself = true },
    ];

    private const string All = "+b +c +d";

    private sealed record SendingCase(string Name, Func<ServerFault> Fault)
    {
        /// <summary>The answer while the fault is on.</summary>
        public required string Told { get; init; }

        /// <summary>The answer to the same again after it; null: the same.</summary>
        public string? ToldAgain { get; init; }

        /// <summary>Copies in Sent while the fault is on.</summary>
        public int KeptBefore { get; init; }

        /// <summary>The copy comes into Sent without another request.</summary>
        public bool FollowsByItself { get; init; }

        /// <summary>How often the server was given the mail.</summary>
        public int Submitted { get; init; } = 1;

        public override string ToString() => Name;
    }
}
