using System.Globalization;
using OrleansIM.LoadTest.Checking;
using OrleansIM.TestSupport;

namespace OrleansIM.LoadTest.Town;

/// <summary>A mailbox and what was delivered to it: mails are numbered, and one that was seen shows that those before it were.</summary>
internal sealed class MailboxWatch(TestMailbox mailbox, Account account)
{
    private readonly List<long> _deliveredAt = [];
    private readonly Lock _gate = new();
    private int _seen;
    private int _unread;

    public TestMailbox Mailbox => mailbox;

    public Account Account => account;

    /// <summary>One delivery at a time, so that numbers are in the order of the mailbox.</summary>
    public SemaphoreSlim Delivering { get; } = new(1, 1);

    public int Delivered
    {
        get
        {
            lock (_gate)
            {
                return _deliveredAt.Count;
            }
        }
    }

    /// <summary>Unread mails, as the last event said.</summary>
    public int Unread => Volatile.Read(ref _unread);

    /// <summary>The subject of the next mail.</summary>
    public static string Subject(string run, int number) => string.Create(CultureInfo.InvariantCulture, $"{run} mail {number}");

    /// <summary>The mail server has the next mail.</summary>
    public void Took(long at)
    {
        lock (_gate)
        {
            _deliveredAt.Add(at);
        }
    }

    /// <summary>An event came: answers when the mails that it shows for the first time were delivered.</summary>
    public IReadOnlyList<long> See(string run, int unread, IReadOnlyList<string> subjects)
    {
        Volatile.Write(ref _unread, unread);
        lock (_gate)
        {
            var newest = subjects.Where(subject => subject.StartsWith(run + " mail ", StringComparison.Ordinal))
                .Select(subject => int.TryParse(subject.AsSpan(run.Length + 6), CultureInfo.InvariantCulture, out var number) ? number : 0)
                .Append(0).Max();

            // The event may be here before the mail server's answer is.
            newest = Math.Min(newest, _deliveredAt.Count);
            if (newest <= _seen)
            {
                return [];
            }

            var fresh = _deliveredAt.GetRange(_seen, newest - _seen);
            _seen = newest;
            return fresh;
        }
    }

    /// <summary>Says what is wrong at the end.</summary>
    public void Conclude(Findings findings)
    {
        if (Unread != Delivered)
        {
            findings.Add(Fault.Stale, $"{account} shows {Unread} unread mails in {mailbox.Address}, and {Delivered} were delivered");
        }
    }
}
