using System.Security.Cryptography.X509Certificates;
using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.EndToEnd.Tests.Mail;

/// <summary>Something that is wrong with a <see cref="MailHost"/>. True from a method: it has done what was to be done.</summary>
internal class ServerFault
{
    public static ServerFault None { get; } = new();

    /// <summary>TLS from the first byte with this certificate; null: plain.</summary>
    public virtual X509Certificate2? CertificateNow => null;

    /// <summary>How connections to the server are protected.</summary>
    public virtual string Security => "none";

    /// <summary>What the server is like before.</summary>
    public virtual void Prepare(MailHost host)
    {
    }

    /// <summary>From now on it is wrong. A mail arrives, so that whoever idles asks.</summary>
    public virtual Task BeginAsync(MailHost host)
    {
        host.Fault = this;
        host.Deliver("During");
        return Task.CompletedTask;
    }

    /// <summary>From now on it is well.</summary>
    public virtual Task EndAsync(MailHost host)
    {
        host.Fault = None;
        return Task.CompletedTask;
    }

    public virtual Task<bool> OnImapConnectAsync(ScriptedPeer peer) => Task.FromResult(false);

    /// <summary>In place of the answer. The end of IDLE is a command <c>DONE</c> here.</summary>
    public virtual Task<bool> OnImapAsync(ScriptedPeer peer, ImapCommandLine command) => Task.FromResult(false);

    public virtual Task<bool> OnSmtpConnectAsync(ScriptedPeer peer) => Task.FromResult(false);

    public virtual Task<bool> OnSmtpAsync(ScriptedPeer peer, string command, string line) => Task.FromResult(false);

    /// <summary>After the last line of a message.</summary>
    public virtual Task OnMessageAsync(MailHost host, ScriptedPeer peer) => peer.SendLineAsync("250 2.0.0 queued");

    /// <summary>Reads nothing and says nothing, but does not close.</summary>
    protected static async Task<bool> VanishAsync(ScriptedPeer peer)
    {
        await Task.Delay(Timeout.Infinite, peer.Stopping);
        return true;
    }
}
