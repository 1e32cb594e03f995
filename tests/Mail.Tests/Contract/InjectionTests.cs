using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.Mail.Tests.Contract;

/// <summary>Strings from users must not become commands at an IMAP server.</summary>
public sealed class InjectionTests : ContractTest
{
    public static TheoryData<string> EvilStrings =>
    [
        "x\r\nzz9 DELETE INBOX",
        "x\nzz9 DELETE INBOX",
        "x\" DELETE \"INBOX",
        "x\\",
        "x\"\r\nzz9 DELETE INBOX\r\n",
        "{5}\r\nzz9 DELETE INBOX",
        "x\0y",
        "ü",
    ];

    [Theory]
    [MemberData(nameof(EvilStrings))]
    public async Task SignIn_EvilUserOrPassword_SaysNothingElse(string evil)
    {
        foreach (var capabilities in new[] { "IMAP4rev1", "IMAP4rev1 LITERAL+", "IMAP4rev1 AUTH=PLAIN SASL-IR", "IMAP4rev1 AUTH=LOGIN" })
        {
            await using var server = new ScriptedImap { Capabilities = capabilities }.Start();
            foreach (var credential in new[] { new MailPassword(evil, "secret"), new MailPassword("ann", evil) })
            {
                await IgnoreFaultsAsync(async () =>
                {
                    await using var connection = await Connector().OpenAsync(At(server) with { Credential = credential }, Limit);
                });
            }

            AssertNoDelete(server);
        }
    }

    [Theory]
    [MemberData(nameof(EvilStrings))]
    public async Task SignIn_EvilToken_SaysNothingElse(string evil)
    {
        await using var server = new ScriptedImap { Capabilities = "IMAP4rev1 AUTH=XOAUTH2" }.Start();

        await IgnoreFaultsAsync(async () =>
        {
            await using var connection = await Connector().OpenAsync(At(server) with { Credential = new MailToken("ann", evil) }, Limit);
        });

        AssertNoDelete(server);
    }

    [Theory]
    [MemberData(nameof(EvilStrings))]
    public async Task Sent_EvilMessageId_SaysNothingElse(string evil)
    {
        await using var server = new ScriptedImap().Start();
        await IgnoreFaultsAsync(async () =>
        {
            await using var connection = await Connector("AnswerTimeout=00:00:03").OpenAsync(At(server), Limit);
            await connection.IsSentAsync($"<{evil}@example.test>", Limit);
            await connection.AppendToSentAsync(Connector().Compose(Draft()), $"<{evil}@example.test>", Limit);
        });

        AssertNoDelete(server);
    }

    [Fact]
    public async Task Sent_MessageWithCommandsInIt_StaysALiteral()
    {
        await using var server = new ScriptedImap().Start();
        await using var connection = await Connector().OpenAsync(At(server), Limit);
        var draft = Draft(text: "x\r\nzz9 DELETE INBOX\r\n)");

        Assert.True(await connection.AppendToSentAsync(Connector().Compose(draft), draft.MessageId, Limit));
        Assert.Equal(0, (await connection.SummarizeAsync(1, Limit)).Unread);
        AssertNoDelete(server);
    }

    // A literal is read as one and not heard as a line.
    private static void AssertNoDelete(ScriptedServer server)
        => Assert.DoesNotContain(server.Heard, line => line.StartsWith("zz9 ", StringComparison.OrdinalIgnoreCase) || line.Contains(" DELETE \"INBOX", StringComparison.Ordinal) && !line.Contains("\\\"", StringComparison.Ordinal));

    private static async Task IgnoreFaultsAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (MailException)
        {
            // To refuse is as good as to quote.
        }
    }
}
