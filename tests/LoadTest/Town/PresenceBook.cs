using System.Collections.Concurrent;
using System.Globalization;
using OrleansIM.LoadTest.Checking;
using OrleansIM.LoadTest.Load;

namespace OrleansIM.LoadTest.Town;

/// <summary>What accounts have said of their presence, when friends saw it, and whether they see the right thing at the end.</summary>
internal sealed class PresenceBook(LoadRun run)
{
    private readonly ConcurrentDictionary<int, long> _unseen = new();
    private readonly ConcurrentDictionary<(Device Device, int Account), (string Status, string Note)> _said = new();
    private int _last;

    /// <summary>A new note, with which a change is recognized.</summary>
    /// <param name="intended">When it was to be said; null while nobody is there to see it.</param>
    public string Begin(long? intended)
    {
        var number = Interlocked.Increment(ref _last);
        if (intended is { } at)
        {
            _unseen[number] = at;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{run.Name} {number}");
    }

    /// <summary>An account has said it, on a device.</summary>
    public void Said(Device device, Account account, string status, string note) => _said[(device, account.Number)] = (status, note);

    /// <summary>It is not certain what holds: what was said may or may not have been heard.</summary>
    public void Forget(Device device, Account account) => _said[(device, account.Number)] = ("", "");

    /// <summary>An event came on the page of an account.</summary>
    public void See(int account, string contact, string status, string note, long at)
    {
        if (account != Names.Stranger && !string.Equals(run.World.Names.Of(account), contact, StringComparison.OrdinalIgnoreCase)
            && note.StartsWith(run.Name + " ", StringComparison.Ordinal)
            && int.TryParse(note.AsSpan(run.Name.Length + 1), CultureInfo.InvariantCulture, out var number)
            && _unseen.TryRemove(number, out var intended))
        {
            run.Meters.Presence.Record(intended, at);
        }
    }

    /// <summary>What friends do not see as it is, in words.</summary>
    public IReadOnlyList<string> Wrong()
    {
        var wrong = new List<string>();
        foreach (var (one, other) in run.People.Friendships)
        {
            Compare(one, other, wrong);
            Compare(other, one, wrong);
        }

        return wrong;
    }

    private void Compare(Account account, Account friend, List<string> wrong)
    {
        if (friend.Owner.Main is not { IsOpen: true } watching || !watching.Client.Pages.TryGetValue(friend.Name, out var page) || Expected(account) is not { } expected)
        {
            return;
        }

        var seen = page.Presence.TryGetValue(account.Name, out var presence) ? presence : new Client.Presence { Status = "offline" };
        if (seen.Status != expected.Status || (expected.Note is { } note && seen.Note != note))
        {
            wrong.Add($"{friend} sees {account} as {seen.Status} {seen.Note}, and it is {expected.Status} {expected.Note}".TrimEnd());
        }
    }

    /// <summary>What holds for certain; null where several sessions have a say, or nothing is certain.</summary>
    private (string Status, string? Note)? Expected(Account account)
    {
        var person = account.Owner;
        if (person.SideAccount is not null || person.IsTaken || run.World.Rights.MaySee(person.First.Number, account.Number) is not { } isSeen)
        {
            return null;
        }

        if (person.Main is not { } device || !isSeen)
        {
            return ("offline", null);
        }

        if (!device.IsOpen || !_said.TryGetValue((device, account.Number), out var said))
        {
            return device.IsOpen ? ("online", null) : null;
        }

        return said.Status.Length == 0 ? null : said;
    }
}
