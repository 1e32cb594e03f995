using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Fuzz.Engine;
using OrleansIM.Mail;

namespace OrleansIM.Fuzz.Targets;

/// <summary>A mail client of this engine, through the port, at a server that says what an input says.</summary>
internal abstract class MailTarget : FuzzTarget
{
    private readonly ScriptedWire.Dialer _dialer = new();
    private ServiceProvider? _services;

    protected static MailAccess Access { get; } = new(new MailServer("mail.example", 143, MailSecurity.None), new MailPassword("ann@mail.example", "secret"));

    protected IMailboxConnector Connector => (_services ??= Create()).GetRequiredService<IMailboxConnector>();

    /// <summary>The client itself allocates some, MailKit more.</summary>
    public override long Allowance(int length) => 4 * 1024 * 1024 + 512L * length;

    public override ValueTask DisposeAsync() => _services?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected void Connect(Script script) => _dialer.Wire = new ScriptedWire(script);

    /// <summary>What became of a step: how it ended, of those ways that it may end in.</summary>
    protected static async Task<string> OutcomeAsync(Func<Task<string>> step)
    {
        try
        {
            return await step();
        }
        catch (MailException failure)
        {
            ShownText.CheckLine(failure.Message, 1_000, "reason");
            return failure.Fault.ToString();
        }
    }

    private ServiceProvider Create()
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IMailDialer>(_dialer);
        services.AddMail(new ConfigurationBuilder().Build()).AddMailboxConnector();
        return services.BuildServiceProvider();
    }
}
