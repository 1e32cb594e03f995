using System.Globalization;
using BenchmarkDotNet.Attributes;
using OrleansIM.Contacts;
using OrleansIM.Grains.Mailboxes;
using OrleansIM.Mailboxes;

namespace OrleansIM.Benchmarks.Pieces;

/// <summary>
/// Friends in place of mail addresses: what a change of a contact costs (Build), one address (Find), and a mailbox whose
/// summary has changed (ResolveSummary). Every friend has a profile address, every second a mailbox, every fourth a
/// mapping.
/// </summary>
public class Matcher
{
    private const int Mails = 20;

    private Contact[] _contacts = [];
    private MailSummary[] _mails = [];
    private FriendMatcher _matcher = new([]);

    [Params(10, 1000)]
    public int Friends { get; set; }

    [GlobalSetup]
    public void Befriend()
    {
        _contacts = [.. Enumerable.Range(0, Friends).Select(MakeFriend)];
        _matcher = new FriendMatcher(_contacts);
        // Half of the senders are friends, and so is one of the two who are named in each preview.
        _mails = [.. Enumerable.Range(0, Mails).Select(mail => new MailSummary
        {
            Uid = mail,
            From = new MailParty { Address = mail % 2 == 0 ? ProfileAddress(mail % Friends) : $"stranger{Text(mail)}@else.test" },
            Subject = "Re: the plan for Thursday",
            Preview = $"Hello, {ProfileAddress((mail + 1) % Friends)} and somebody@else.test were asked too. We meet at nine, as ever, and bring the paper that was sent round on Monday.",
            Date = DateTimeOffset.UnixEpoch,
            IsUnread = true,
        })];
    }

    /// <summary>A contact has changed: the matcher is made anew.</summary>
    [Benchmark]
    public object Build() => new FriendMatcher(_contacts);

    /// <summary>Whose address it is.</summary>
    [Benchmark]
    public FriendName? Find() => _matcher.Find("Friend7@Home.Test");

    /// <summary>Twenty new mails: senders, addresses in the previews, badges.</summary>
    [Benchmark]
    public MailboxNews ResolveSummary() => _matcher.Resolve(Mails, _mails);

    private static Contact MakeFriend(int number) => new()
    {
        Account = $"friend{Text(number)}",
        DisplayName = $"Friend {Text(number)}",
        State = ContactState.Friend,
        Email = ProfileAddress(number),
        Mailboxes = number % 2 == 0 ? [$"friend{Text(number)}@work.test"] : null,
        Mapped = number % 4 == 0 ? [$"old.friend{Text(number)}@mail.test"] : null,
    };

    private static string ProfileAddress(int number) => $"friend{Text(number)}@home.test";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
