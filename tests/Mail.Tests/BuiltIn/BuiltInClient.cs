using System.Net.Sockets;
using Microsoft.Extensions.Options;
using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.Mail.Tests.BuiltIn;

/// <summary>Solo's own client at a scripted server, with no limits around it.</summary>
internal static class BuiltInClient
{
    public static readonly MailPassword Ann = new("ann", "secret");

    /// <summary>What a test waits for, at most.</summary>
    public static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    public static BuiltInMailboxConnector Connector(MailOptions? options = null, TimeProvider? time = null)
    {
        var given = Options.Create(options ?? new MailOptions());
        return new BuiltInMailboxConnector(new PlainDialer(), new MailTls(given), given, time ?? TimeProvider.System);
    }

    public static MailAccess Access(ScriptedServer server, MailCredential? credential = null, MailSecurity security = MailSecurity.None)
        => new(new MailServer("127.0.0.1", server.Port, security), credential ?? Ann);

    public static Task<IMailboxConnection> OpenAsync(
        ScriptedServer server, MailCredential? credential = null, MailSecurity security = MailSecurity.None, MailOptions? options = null)
        => Connector(options).OpenAsync(Access(server, credential, security), Soon);

    private sealed class PlainDialer : IMailDialer
    {
        public async Task<Stream> DialAsync(string host, int port, CancellationToken cancellation)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(host, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }
}
