using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansIM.Mail.Tests.Scripted;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Contract;

/// <summary>
/// What the engine's mail library has to do, whichever it is: the same tests for both, with the limits of
/// <see cref="BoundedMailboxConnector"/> around it as in the product.
/// </summary>
public abstract class ContractTest : IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));
    private readonly List<ServiceProvider> _services = [];

    /// <summary>A test that takes this long has failed.</summary>
    protected CancellationToken Limit => _limit.Token;

    public void Dispose()
    {
        foreach (var services in _services)
        {
            services.Dispose();
        }

        _limit.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The engine's connector.</summary>
    /// <param name="settings">Of the section Mail, like <c>AnswerTimeout=00:00:02</c>.</param>
    protected IMailboxConnector Connector(params string[] settings)
    {
        var services = new ServiceCollection()
            .AddLogging()
            .AddMail(new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Prepend("AllowPrivateHosts=true").Select(static setting => setting.Split('=', 2))
                    .Select(static pair => KeyValuePair.Create("Mail:" + pair[0], (string?)pair[1])))
                .Build())
            .AddMailboxConnector()
            // Tests are more impatient than an operator may be.
            .RemoveAll<IValidateOptions<MailOptions>>()
            .BuildServiceProvider();
        _services.Add(services);
        return services.GetRequiredService<IMailboxConnector>();
    }

    /// <summary>How to get into a scripted server that is not protected.</summary>
    protected static MailAccess At(ScriptedServer server, MailSecurity security = MailSecurity.None)
        => new(new MailServer("127.0.0.1", server.Port, security), new MailPassword("ann@example.test", "open sesame"));

    /// <summary>How to get into a real mailbox.</summary>
    protected static MailAccess At(DovecotServer dovecot, TestMailbox mailbox)
        => new(new MailServer("127.0.0.1", dovecot.ImapPort, MailSecurity.None), new MailPassword(mailbox.Address, mailbox.Password));

    protected Task<IMailboxConnection> OpenAsync(DovecotServer dovecot, TestMailbox mailbox) => Connector().OpenAsync(At(dovecot, mailbox), Limit);

    /// <summary>The fault with which something ends.</summary>
    protected static async Task<MailException> FaultAsync(Func<Task> run)
    {
        var fault = await Assert.ThrowsAsync<MailException>(run);
        Assert.DoesNotContain("open sesame", fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
        Assert.DoesNotContain('\r', fault.Message);
        return fault;
    }

    protected static async Task<MailFault> KindOfFaultAsync(Func<Task> run) => (await FaultAsync(run)).Fault;

    /// <summary>A small mail.</summary>
    protected static string Mail(string subject, string text = "Hello", string from = "Bob <bob@example.test>", string? messageId = null)
        => $"From: {from}\r\nTo: ann@example.test\r\nSubject: {subject}\r\n"
            + (messageId is null ? "" : $"Message-ID: {messageId}\r\n")
            + $"Date: Thu, 26 Nov 2026 09:30:00 +0100\r\n\r\n{text}\r\n";

    /// <summary>A draft that is good as it is.</summary>
    protected static MailDraft Draft(string subject = "A subject", string text = "A text", params string[] to) => new()
    {
        From = new MailAddress("ann@example.test", "Ann"),
        To = [.. (to.Length > 0 ? to : ["bob@example.test"]).Select(static address => new MailAddress(address))],
        Subject = subject,
        Text = text,
        Date = new DateTimeOffset(2026, 11, 26, 9, 30, 0, TimeSpan.FromHours(1)),
        MessageId = $"<{Guid.NewGuid():N}@example.test>",
    };
}
