using System.Collections.Concurrent;
using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.EndToEnd.Tests.Mail;

/// <summary>
/// A mail server with one mailbox: IMAP and submission, in order as long as no <see cref="Fault"/> is on. What it does in
/// its bad hours is the fault's; what is in the mailbox outlives them.
/// </summary>
internal sealed partial class MailHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ScriptedPeer, bool> _peers = new();
    private readonly ScriptedImap _imapAnswers = new();
    private readonly ScriptedSmtp _smtpAnswers = new();
    private volatile ServerFault _fault = ServerFault.None;
    private ScriptedServer? _imap;
    private ScriptedServer? _smtp;

    /// <summary>What is wrong with it now.</summary>
    public ServerFault Fault
    {
        get => _fault;
        set => _fault = value;
    }

    public int ImapPort { get; private set; }

    public int SmtpPort { get; private set; }

    /// <summary>Connections that a client keeps open.</summary>
    public int Open => _peers.Count;

    /// <summary>The messages it was given for others.</summary>
    public IReadOnlyList<string> Submitted => _smtpAnswers.Messages;

    /// <summary>Listens; after <see cref="StopAsync"/> where it was.</summary>
    public void Start()
    {
        _imap = ScriptedServer.Start(peer => ServeAsync(peer, ServeImapAsync), port: ImapPort);
        _smtp = ScriptedServer.Start(peer => ServeAsync(peer, ServeSmtpAsync), port: SmtpPort);
        (ImapPort, SmtpPort) = (_imap.Port, _smtp.Port);
    }

    /// <summary>Ends every connection, and there is nobody at its ports.</summary>
    public async Task StopAsync()
    {
        if (_imap is not null && _smtp is not null)
        {
            await _imap.DisposeAsync();
            await _smtp.DisposeAsync();
            (_imap, _smtp) = (null, null);
        }
    }

    /// <summary>Ends every connection; clients may come back.</summary>
    public void CutAll()
    {
        foreach (var peer in _peers.Keys)
        {
            peer.Close();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task ServeAsync(ScriptedPeer peer, Func<ScriptedPeer, Task> serve)
    {
        _peers[peer] = true;
        try
        {
            if (Fault.CertificateNow is { } certificate)
            {
                await peer.StartTlsAsync(certificate);
            }

            await serve(peer);
        }
        finally
        {
            _peers.TryRemove(peer, out _);
        }
    }

    private async Task ServeSmtpAsync(ScriptedPeer peer)
    {
        if (await Fault.OnSmtpConnectAsync(peer))
        {
            return;
        }

        await peer.SendLineAsync(_smtpAnswers.Greeting);
        _smtpAnswers.AfterData = connection => Fault.OnMessageAsync(this, connection);
        while (!peer.IsClosed)
        {
            var line = await peer.ReadLineAsync();
            var command = line.Split(' ', ':')[0].ToUpperInvariant();
            if (!await Fault.OnSmtpAsync(peer, command, line))
            {
                await _smtpAnswers.AnswerAsync(peer, command, line);
            }
        }
    }
}
