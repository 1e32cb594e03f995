namespace OrleansIM.Client.Internal;

/// <content>The mailboxes of the page, and what they have from each friend.</content>
internal sealed partial class PageState
{
    private readonly CopyOnWriteMap<Mailbox> _mailboxes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A mailbox was bound here. What an event has said of it meanwhile is newer.</summary>
    public void AddMailbox(Mailbox mailbox)
    {
        if (_mailboxes.Find(mailbox.Address) is null)
        {
            _snapshot = null;
            _mailboxes.Set(mailbox.Address, mailbox);
            ShowBadges();
        }
    }

    public void RemoveMailbox(string address)
    {
        _snapshot = null;
        _mailboxes.Remove(address);
        ShowBadges();
    }

    private void TakeMail(MailChanged mail)
    {
        _mailboxes.Set(mail.Mailbox, MailboxOf(mail.Mailbox) with { Unread = mail.Unread, New = mail.New, Badge = mail.Badge });
        ShowBadges();
    }

    private void TakeChannel(ChannelChanged channel)
    {
        if (channel.Removed)
        {
            RemoveMailbox(channel.Mailbox);
            return;
        }

        _mailboxes.Set(channel.Mailbox, MailboxOf(channel.Mailbox) with { State = channel.State, Error = channel.Error, RetryAt = channel.RetryAt });
    }

    private Mailbox MailboxOf(string address) => _mailboxes.Find(address) ?? new Mailbox { Address = address };

    /// <summary>The contacts of a page know what its mailboxes have from them.</summary>
    private void ShowBadges()
    {
        foreach (var (account, contact) in _contacts.Share().ToArray())
        {
            var mail = MailFrom(account);
            if (mail != contact.Mail)
            {
                _contacts.Set(account, contact with { Mail = mail });
            }
        }
    }

    /// <summary>What the mailboxes have from a friend; null if nothing.</summary>
    private ContactMail? MailFrom(string friend)
    {
        var boxes = _mailboxes.Share().Values;
        var unread = boxes.Sum(box => box.Badge.FirstOrDefault(badge => Same(badge.Key, friend)).Value);
        return unread == 0 ? null : new ContactMail
        {
            Unread = unread,
            Latest = boxes.SelectMany(box => box.New).Where(mail => mail.From.Friend is { } from && Same(from.Account, friend))
                .OrderByDescending(mail => mail.Date).FirstOrDefault()?.Subject,
        };
    }

    /// <summary>What became of the mailboxes while nobody could be told, as the events that would have said so.</summary>
    private IEnumerable<ImEvent> MissedOfMail(IReadOnlyDictionary<string, Mailbox> before)
    {
        var after = _mailboxes.Share();
        foreach (var address in before.Keys.Where(address => !after.ContainsKey(address)))
        {
            yield return new ChannelChanged { Account = _account, Mailbox = address, State = "closed", Removed = true };
        }

        foreach (var (address, now) in after)
        {
            var then = before.TryGetValue(address, out var known) ? known : new Mailbox();
            if ((then.State, then.Error, then.RetryAt) != (now.State, now.Error, now.RetryAt))
            {
                yield return new ChannelChanged { Account = _account, Mailbox = address, State = now.State, Error = now.Error, RetryAt = now.RetryAt };
            }

            if (then.Unread != now.Unread || !then.New.Select(Shown).SequenceEqual(now.New.Select(Shown)))
            {
                yield return new MailChanged { Account = _account, Mailbox = address, Unread = now.Unread, New = now.New, Badge = now.Badge };
            }
        }
    }

    private static (long, string, MailFriend?) Shown(MailSummary mail) => (mail.Uid, mail.Subject, mail.From.Friend);
}
