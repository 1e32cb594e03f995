using System.Collections.Concurrent;

namespace OrleansIM.Mail;

/// <summary>
/// Mails of whose structure MailKit cannot make sense: it takes no string that is longer than 4 KB, a file name for instance,
/// and loses the connection over it. Without a memory one such mail would make a mailbox unreadable for good. So the next
/// connection asks for one mail at a time, which finds the mail, and the one after that asks for it without its structure.
/// </summary>
internal sealed class UnreadableMails
{
    /// <summary>Mailboxes and mails that are remembered. Who has more pays with more connections.</summary>
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<(MailServer, string User), OfMailbox> _mailboxes = [];

    public OfMailbox Of(MailAccess access)
    {
        if (_mailboxes.Count >= Most)
        {
            _mailboxes.Clear();
        }

        return _mailboxes.GetOrAdd((access.Server, access.Credential.User), static _ => new OfMailbox());
    }

    internal sealed class OfMailbox
    {
        private readonly ConcurrentDictionary<(uint UidValidity, uint Uid), bool> _mails = [];

        /// <summary>Whether there may be one.</summary>
        public bool IsSuspected { get; private set; }

        public bool Has(uint uidValidity, uint uid) => _mails.ContainsKey((uidValidity, uid));

        /// <summary>These were asked for when it happened.</summary>
        public void Remember(uint uidValidity, IReadOnlyList<uint> uids)
        {
            IsSuspected = true;
            if (uids is [var only] && _mails.Count < Most)
            {
                _mails[(uidValidity, only)] = true;
            }
        }
    }
}
