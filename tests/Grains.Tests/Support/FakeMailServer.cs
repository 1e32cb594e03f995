using System.Collections.Concurrent;
using System.Text.Json;
using OrleansIM.Grains.Mailboxes;
using OrleansIM.Mail;

namespace OrleansIM.Grains.Tests.Support;

/// <summary>
/// Mail servers as the port shows them, all hosts in one. It can be told to be slow, to fail and to hang at any operation
/// (<see cref="Before"/>), and writes down what it is asked.
/// </summary>
internal sealed class FakeMailServer : IMailboxConnector
{
    private readonly ConcurrentDictionary<string, FakeMailbox> _mailboxes = new();
    private int _open;

    /// <summary>Called before each operation with its name (open, summarize, list, wait, contacts, append, sent, thread, submit, check).</summary>
    public Func<string, CancellationToken, Task>? Before { get; set; }

    /// <summary>Called when a message was taken, before that is answered.</summary>
    public Action? AfterSubmit { get; set; }

    /// <summary>Whom the submission server refuses, and whether for now only.</summary>
    public Dictionary<string, bool> Refused { get; } = [];

    /// <summary>Whether the submission server files what it takes by itself.</summary>
    public bool KeepsSent { get; set; }

    public FakeMailEnvironment Around { get; } = new();

    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>What was handed over, each time it was.</summary>
    public ConcurrentQueue<(MailSubmission Envelope, MailDraft Draft)> Submitted { get; } = new();

    public int Open => Volatile.Read(ref _open);

    public int Count(string operation) => Asked.Count(asked => asked == operation);

    public FakeMailbox Mailbox(string user) => _mailboxes.GetOrAdd(user, name => new FakeMailbox(this) { Password = PasswordOf(name) });

    public static string PasswordOf(string user) => "mail secret of " + user;

    public async Task<IMailboxConnection> OpenAsync(MailAccess access, CancellationToken cancellation)
    {
        await AskAsync("open", cancellation);
        var mailbox = Check(access.Credential);
        Interlocked.Increment(ref _open);
        return new FakeConnection(this, mailbox);
    }

    public byte[] Compose(MailDraft draft) => JsonSerializer.SerializeToUtf8Bytes(draft);

    public static MailDraft Read(byte[] message) => JsonSerializer.Deserialize<MailDraft>(message)!;

    public async Task<MailSubmitted> SubmitAsync(MailAccess access, MailSubmission submission, CancellationToken cancellation)
    {
        await AskAsync("submit", cancellation);
        var mailbox = Check(access.Credential);
        RefusedRecipient[] refused =
        [
            .. submission.Recipients.Where(Refused.ContainsKey)
                .Select(address => new RefusedRecipient(address, Refused[address], Refused[address] ? "451 later" : "550 nobody here")),
        ];
        if (refused.Length < submission.Recipients.Count)
        {
            Submitted.Enqueue((submission, Read(submission.Message)));
            if (KeepsSent)
            {
                mailbox.File(submission.Message);
            }
        }

        AfterSubmit?.Invoke();
        return new MailSubmitted(refused);
    }

    public async Task CheckSubmissionAsync(MailAccess access, CancellationToken cancellation)
    {
        await AskAsync("check", cancellation);
        Check(access.Credential);
    }

    internal async Task AskAsync(string operation, CancellationToken cancellation)
    {
        Asked.Enqueue(operation);
        await (Before?.Invoke(operation, cancellation) ?? Task.CompletedTask);
    }

    internal void Closed() => Interlocked.Decrement(ref _open);

    private FakeMailbox Check(MailCredential credential)
    {
        var mailbox = Mailbox(credential.User);
        var given = credential is MailPassword password ? password.Password : ((MailToken)credential).AccessToken;
        return mailbox.Password == given ? mailbox : throw new MailException(MailFault.AuthenticationFailed, "The mail server refused the password.");
    }
}

/// <summary>A mailbox at a mail server.</summary>
internal sealed class FakeMailbox(FakeMailServer server)
{
    private readonly Lock _lock = new();
    private readonly List<MailItem> _mails = [];
    private readonly List<MailDraft> _sent = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private uint _uid;

    public string Password { get; set; } = "";
    public List<MailCorrespondent> Correspondents { get; } = [];
    public MailThread? Thread { get; set; }

    public MailDraft[] Sent
    {
        get
        {
            lock (_lock)
            {
                return [.. _sent];
            }
        }
    }

    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    public uint Deliver(string from, string subject, string preview = "", string? name = null) => Change(() =>
        _mails.Add(new MailItem
        {
            Uid = ++_uid,
            From = new MailAddress(from, name),
            Subject = subject,
            Preview = preview,
            Date = DateTimeOffset.UnixEpoch.AddDays(_uid),
            IsUnread = true,
        }));

    /// <summary>Another client has read a mail.</summary>
    public uint See(uint uid) => Change(() =>
    {
        var at = _mails.FindIndex(mail => mail.Uid == uid);
        _mails[at] = _mails[at] with { IsUnread = false };
    });

    /// <summary>Another client has removed a mail.</summary>
    public uint Expunge(uint uid) => Change(() => _mails.RemoveAll(mail => mail.Uid == uid));

    /// <summary>Every connection breaks at its next wait.</summary>
    public void Wake() => Change(() => { });

    public void File(byte[] message)
    {
        lock (_lock)
        {
            _sent.Add(FakeMailServer.Read(message));
        }
    }

    internal MailboxSummary Read(int newest, bool unreadOnly)
    {
        lock (_lock)
        {
            return new MailboxSummary
            {
                UidValidity = 1,
                Unread = _mails.Count(mail => mail.IsUnread),
                Mails = [.. _mails.Where(mail => mail.IsUnread || !unreadOnly).OrderByDescending(mail => mail.Uid).Take(newest)],
            };
        }
    }

    private uint Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change();
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
        _ = server;
        return _uid;
    }
}

internal sealed class FakeConnection(FakeMailServer server, FakeMailbox mailbox) : IMailboxConnection
{
    // What has changed since this connection looked last is not missed.
    private Task _changed = mailbox.Changed;

    public async Task<MailboxSummary> SummarizeAsync(int newest, CancellationToken cancellation)
    {
        await server.AskAsync("summarize", cancellation);
        _changed = mailbox.Changed;
        return mailbox.Read(newest, unreadOnly: true);
    }

    public async Task<MailboxSummary> ListAsync(int newest, CancellationToken cancellation)
    {
        await server.AskAsync("list", cancellation);
        return mailbox.Read(newest, unreadOnly: false);
    }

    public async Task<IReadOnlyList<MailCorrespondent>> ReadCorrespondentsAsync(int mails, CancellationToken cancellation)
    {
        await server.AskAsync("contacts", cancellation);
        return mailbox.Correspondents;
    }

    public async Task<bool> WaitForChangeAsync(TimeSpan most, CancellationToken cancellation)
    {
        await server.AskAsync("wait", cancellation);
        await _changed.WaitAsync(cancellation);
        await (server.Before?.Invoke("woken", cancellation) ?? Task.CompletedTask);
        return true;
    }

    public async Task<bool> AppendToSentAsync(byte[] message, string messageId, CancellationToken cancellation)
    {
        await server.AskAsync("append", cancellation);
        if (mailbox.Sent.Any(sent => sent.MessageId == messageId))
        {
            return false;
        }

        mailbox.File(message);
        return true;
    }

    public async Task<bool> IsSentAsync(string messageId, CancellationToken cancellation)
    {
        await server.AskAsync("sent", cancellation);
        return mailbox.Sent.Any(sent => sent.MessageId == messageId);
    }

    public async Task<MailThread?> ReadThreadAsync(uint uid, CancellationToken cancellation)
    {
        await server.AskAsync("thread", cancellation);
        return mailbox.Thread;
    }

    public ValueTask DisposeAsync()
    {
        server.Closed();
        return ValueTask.CompletedTask;
    }
}

/// <summary>What is around the mail servers, as a test says.</summary>
internal sealed class FakeMailEnvironment : IMailEnvironment
{
    public DiscoveredMail Servers { get; set; } = new()
    {
        User = "",
        Imap = new MailServer("imap.example.test", 993, MailSecurity.Tls),
        Smtp = new MailServer("smtp.example.test", 465, MailSecurity.Tls),
    };

    public Func<MailboxSecret, MailboxSecret>? Refresh { get; set; }
    public CardDavState Book { get; set; } = new();

    public Task<DiscoveredMail> FindServersAsync(string address, CancellationToken cancellation) => Task.FromResult(Servers with { User = address });

    public Task<MailboxSecret> RefreshAsync(MailboxSecret secret, CancellationToken cancellation) =>
        Task.FromResult(Refresh?.Invoke(secret) ?? throw new MailException(MailFault.AuthenticationFailed, "The grant has ended."));

    public Task<CardDavSync> ReadAddressBookAsync(CardDavAccess access, CardDavState? known, CancellationToken cancellation) =>
        Task.FromResult(new CardDavSync(Book, IsChanged: true, IsComplete: true));
}
