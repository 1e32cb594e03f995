using System.Text;
using System.Text.Json;
using OrleansIM.Fuzz.Engine;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Groups;
using OrleansIM.Grains.Timelines;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Fuzz.Targets;

/// <summary>
/// Stored entries as an older version, a tool or a bad disk may have left them: a line is an entry, its kind, its peer and its
/// data. One that cannot be read is left out, and costs none of the others anything.
/// </summary>
internal sealed class EntriesTarget : FuzzTarget
{
    private const string Account = "ann";

    public override string Name => "entries";

    public override string About => "stored entries of logs, damaged or of another version: replayed";

    public override IReadOnlyList<string> Words { get; } =
    [
        "1 bob {\"id\":\"m1\",\"from\":\"bob\",\"to\":\"ann\",\"body\":\"x\",\"kind\":\"text\",\"sentAt\":\"2026-01-02T03:04:05.678Z\"}\n", "2 bob {\"by\":\"ann\",\"peer\":\"bob\",\"upTo\":1,\"what\":\"read\"}\n",
        "3 bob {\"contact\":{\"account\":\"bob\",\"displayName\":\"Bob\",\"state\":\"friend\"}}\n", "4 - {\"profile\":{\"account\":\"ann\",\"displayName\":\"Ann\"}}\n", "5 - {\"key\":\"k\",\"value\":1}\n", "6 - {\"key\":\"k\",\"value\":null}\n",
        "7 - {\"members\":[]}\n", "8 group:g {\"group\":\"g\",\"what\":\"created\",\"by\":\"ann\",\"accounts\":[\"ann\",\"bob\"],\"name\":\"G\",\"memberInvites\":true,\"members\":2}\n", "1 group:g {\"mentions\":[\"ann\"]}\n", "9 - {\"offset\":1}\n",
        "\"what\":\"left\"", "\"what\":\"role\"", "\"role\":\"owner\"", "\"emails\":[]", "\"emails\":[null]", "\"mailboxes\":[\"a@b.c\"]", "\"mapped\":[]", "\"labels\":[", "\"state\":\"99\"", "\"settings\":{", "\"upTo\":9223372036854775807",
        "null", "{}", "[]", "\"\"", "0", "1e999", "\\ud800", "\u00e9", "\0", "\u00ff",
    ];

    public override int BoundedInputs => 3_000;

    public override ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var entries = Entries(input.Span).Take(100).ToList();
        var (all, account) = (NewAccount(), NewGroup());
        var damaged = new HashSet<long>();
        foreach (var entry in entries)
        {
            if (!TryApply(() => all.Apply(entry)))
            {
                damaged.Add(entry.Seq);
            }

            _ = TryApply(() => account.Apply(entry));
            _ = TryApply(() => EntryData.ReadSent(entry.Seq, entry.Data));
            _ = TryApply(() => GroupEvent.ReadInvite(entry.Data));
        }

        var without = NewAccount();
        entries.Where(entry => !damaged.Contains(entry.Seq)).ToList().ForEach(without.Apply);
        var (expected, actual) = (Show(without.ToSnapshot()), Show(all.ToSnapshot()));
        if (Strip(expected) != Strip(actual) && !entries.Any(entry => damaged.Contains(entry.Seq) && entry.Peer is { } peer && GroupIds.IsGroup(peer)))
        {
            throw new BrokenPromiseException("a damaged entry costs the others nothing", $"{expected}\n{actual}");
        }

        var restored = Show(new AccountState(Account, JsonSerializer.Deserialize<AccountSnapshot>(actual)!, Registered).ToSnapshot());
        if (restored != actual)
        {
            throw new BrokenPromiseException("a snapshot is read as it was written", $"{actual}\n{restored}");
        }

        var snapshot = all.ToSnapshot();
        return new($"{damaged.Count > 0} {snapshot.Contacts.Length > 0} {snapshot.Unread.Count > 0} {snapshot.Groups.Length > 0} {snapshot.Settings.Count > 0} {snapshot.Custom.Count > 0} {snapshot.Receipts.Count > 0} "
            + $"{account.Count > 0} {string.Concat(entries.Where(entry => damaged.Contains(entry.Seq)).Select(entry => (int)entry.Kind).Distinct().Order())}");
    }

    private static Profile Registered { get; } = new() { Account = Account, DisplayName = Account };

    private static AccountState NewAccount() => new(Account, new AccountSnapshot(), Registered);

    private static GroupState NewGroup() => new(new GroupSnapshot());

    private static bool TryApply(Action apply)
    {
        try
        {
            apply();
            return true;
        }
        catch (DamagedEntryException)
        {
            return false;
        }
    }

    private static string Show(AccountSnapshot snapshot) => JsonSerializer.Serialize(snapshot);

    /// <summary>How far the log is differs where its last entries are damaged; so does what of a group's log is taken over, which is looked at apart.</summary>
    private static string Strip(string snapshot) => snapshot[snapshot.IndexOf(',', StringComparison.Ordinal)..];

    private static List<TimelineEntry> Entries(ReadOnlySpan<byte> input)
    {
        var entries = new List<TimelineEntry>();
        foreach (var range in input.Split((byte)'\n'))
        {
            var line = input[range];
            var first = line.IndexOf((byte)' ');
            var second = first < 0 ? -1 : line[(first + 1)..].IndexOf((byte)' ') + first + 1;
            if (second <= first || line[0] is < (byte)'0' or > (byte)'9')
            {
                continue;
            }

            var peer = Encoding.UTF8.GetString(line[(first + 1)..second]);
            entries.Add(new TimelineEntry
            {
                Seq = entries.Count + 1,
                Kind = (EntryKind)(line[0] - '0'),
                At = 1_700_000_000_000 + entries.Count,
                Peer = peer is "-" or "" ? null : peer,
                PeerSeq = entries.Count + 1,
                Data = line[(second + 1)..].ToArray(),
            });
        }

        return entries;
    }
}
