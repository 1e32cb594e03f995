using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Mail;

/// <summary>
/// Mission M13: whatever a mail server does, messages of the same session go on, a new sign-in has its page, the channel
/// says what is wrong, and all is well again when the server is, without anybody.
/// </summary>
[Collection(FaultCollection.Name)]
public sealed class MailFaultTests(FaultWorld world)
{
    public static TheoryData<string> Names { get; } = [.. Table(null!).Select(static row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task MailServer_Fails_IsToldAndRecoversWhileMessagesGoOn(string fault) =>
        world.StoryAsync(Table(world), fault, row => TellAsync(world.Server, row));

    [Fact]
    public async Task MailServers_FailingInEveryWay_AreNoErrorsOfTheService()
    {
        var table = Table(world);
        await Task.WhenAll(table.Select(async row =>
            await Task.WhenAny(world.StoryAsync(table, row.Name, one => TellAsync(world.Server, one)))));

        Assert.Empty(world.Server.Errors);
    }

    internal static async Task TellAsync(TestServer server, FaultCase row)
    {
        var fault = row.Fault();
        await using var story = await FaultStory.BeginAsync(server, fault);
        if (row.AtSignIn)
        {
            await story.LeaveAsync();
        }

        await fault.BeginAsync(story.Host);
        if (row.AtSignIn)
        {
            await story.ComeBackAsync();
            await story.TalkAsync();
        }

        if (row.Code is not null)
        {
            var failed = await story.FailedAsync(row.Code);
            Assert.Equal(!row.IsFinal, failed.Has("retryAt"));
        }

        await story.TalkAsync();
        using (var other = await story.SignInAsync(isHealthy: row.Code is null || row.IsOpenInBetween))
        {
            await story.TalkAsync();
            if (row.Code is null)
            {
                row.Newest(await story.MailAsync(row.Unread, "During"));
            }
        }

        await fault.EndAsync(story.Host);
        story.Host.Deliver("After");
        if (row.IsFinal)
        {
            await story.BindAsync(fault);
        }

        if (row.Code is not null)
        {
            await story.OpenAsync();
        }

        await story.MailAsync(story.Host.Unread, "After");
        using var last = await story.SignInAsync(isHealthy: true);
        Assert.Equal(story.Host.Unread, last.Page(story.Ann.Account).List("mailboxes")[0].Number("unread"));
    }

    private static FaultCase[] Table(FaultWorld world) =>
    [
        new("down while it idles", static () => new Down()),
        new("down at sign-in", static () => new Down()) { AtSignIn = true },
        new("half-open while it idles", static () => new HalfOpen()),
        new("half-open at sign-in", static () => new HalfOpen()) { AtSignIn = true },
        new("never answers", static () => new NeverAnswers()),
        new("never answers at sign-in", static () => new NeverAnswers()) { AtSignIn = true },
        new("a byte a second", static () => new Drips()),
        new("a byte a second at sign-in", static () => new Drips()) { AtSignIn = true },
        new("wrong certificate", () => new WrongCertificate(world.Certify("localhost"), world.Certify("other.example.test"))),
        new("wrong certificate at sign-in", () => new WrongCertificate(world.Certify("localhost"), world.Certify("other.example.test"))) { AtSignIn = true },
        new("garbage for an answer", static () => new Garbage(fromTheGreetingOn: false)),
        new("garbage for a greeting", static () => new Garbage(fromTheGreetingOn: true)) { AtSignIn = true },
        new("another UIDVALIDITY", static () => new OtherUidValidity())
        {
            Code = null,
            Newest = static mail => Assert.Equal(1002, mail.Number("uid")),
        },
        .. Answers(),
        .. BadMails(),
    ];

    private static IEnumerable<FaultCase> Answers()
    {
        yield return new("BYE for a greeting", static () => new Says("greeting", "* BYE too many connections"));
        yield return new("NO to the secret", static () => new Says("AUTHENTICATE", "NO [AUTHENTICATIONFAILED] wrong")) { Code = "mail_auth_failed", IsFinal = true };
        yield return new("NO to everybody for now", static () => new Says("AUTHENTICATE", "NO [UNAVAILABLE] the directory is down"));
        foreach (var command in (string[])["CAPABILITY", "AUTHENTICATE", "SELECT", "UID SEARCH", "UID FETCH", "IDLE", "DONE", "NOOP"])
        {
            yield return new($"BYE to {command}", () => new Says(command, "BYE going down")) { IsOpenInBetween = command is "IDLE" or "DONE" or "NOOP" };
        }

        foreach (var command in (string[])["SELECT", "UID SEARCH", "UID FETCH"])
        {
            yield return new($"NO to {command}", () => new Says(command, "NO [SERVERBUG] not today")) { Code = "mail_refused" };
            yield return new($"BAD to {command}", () => new Says(command, "BAD what")) { Code = "mail_refused" };
        }

        // Without IDLE it is asked now and then.
        yield return new("NO to IDLE", static () => new Says("IDLE", "NO not here")) { Code = null };
        yield return new("BAD to IDLE", static () => new Says("IDLE", "BAD what")) { Code = null };
        yield return new("INBOX gone", static () => new Says("SELECT", "NO [NONEXISTENT] no such folder")) { Code = "mail_refused", AtSignIn = true };
    }

    private static IEnumerable<FaultCase> BadMails()
    {
        yield return new("a charset that is none", static () => new BadMail(new HostedMail(0, "During") { Charset = "x-broken", Text = "caf\u00e9 \u00ff\u00fe\u0080" }))
        {
            Code = null,
            Newest = static mail => Assert.StartsWith("caf", mail.Text("preview"), StringComparison.Ordinal),
        };
        yield return new("base64 that is none", static () => new BadMail(new HostedMail(0, "During") { Charset = "gb18030", Encoding = "base64", Text = "!!!\u0081=\u0000" })) { Code = null };
    }
}
