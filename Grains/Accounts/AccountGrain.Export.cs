using System.Buffers;
using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Accounts;

/// <summary>Everything about the account, for its owner to take along, page by page.</summary>
internal sealed partial class AccountGrain : IAccountExportGrain
{
    private const int ExportPageBytes = 256 * 1024;
    private const int ExportPageEntries = 100;
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    // Their order is that of the download. After these come the mailboxes, the log, and the end.
    private static readonly Func<AccountGrain, IEnumerable<(string Key, Func<byte[]> Line)>>[] s_exportSections =
    [
        static it => [("profile", () => ExportLines.Profile(it._state.Profile))],
        static it => it._state.Settings.Select(pair => (pair.Key, Line: (Func<byte[]>)(() => ExportLines.Value("setting", pair.Key, pair.Value)))),
        static it => it._state.Custom.Select(pair => (pair.Key, Line: (Func<byte[]>)(() => ExportLines.Value("custom", pair.Key, pair.Value)))),
        static it => it._state.Contacts.Values.Select(contact => (contact.Account, Line: (Func<byte[]>)(() => ExportLines.Contact(contact)))),
        static it => it._state.Groups.ToSnapshot().Select(group => (group.Group, Line: (Func<byte[]>)(() => ExportLines.Group(group)))),
        static it => it._state.Unread.Select(pair => (pair.Key, Line: (Func<byte[]>)(() => ExportLines.Unread(pair.Key, pair.Value)))),
        static it => it._sessions.Values.Select(session => (session.Id, Line: (Func<byte[]>)(() => ExportLines.Session(session)))),
        static it => it.Record.Devices.Select(device => (device.Token, Line: (Func<byte[]>)(() => ExportLines.Device(it.WithUse(device))))),
        static it => it.Record.AppPasswords.Select(password => (password.Id, Line: (Func<byte[]>)(() => ExportLines.AppPassword(password)))),
    ];

    private static int MailboxSection => s_exportSections.Length;

    private static int LogSection => MailboxSection + 1;

    // When exports were begun; null most of the time.
    private Queue<DateTimeOffset>? _exports;

    public async Task<Outcome<ExportPage>> BeginExportAsync(OwnerProof proof, CancellationToken cancellation)
    {
        var refusal = await RefuseOwnerAsync(proof, cancellation) ?? RefuseExport();
        if (Exists)
        {
            _services.Audit.Write(AuditEvents.Exported, _id, refusal?.Code ?? SecurityAudit.Ok);
        }

        if (refusal is not null)
        {
            return refusal;
        }

        var view = Record.LinkGroup is { } group ? await Group(group).EnterAsync(_id, atSignIn: false) : null;
        var page = new LinePage();
        page.Add(ExportLines.Head(_id, Record.CreatedAt, Record.Owner, _services.Time.GetUtcNow(), _timeline.Head));
        page.Add(ExportLines.Links(view?.Members ?? []));
        return page.Before(new ExportCursor { Head = _timeline.Head });
    }

    public async Task<Outcome<ExportPage>> ReadExportAsync(TokenClaims token, ExportCursor cursor)
    {
        if (!IsGood(token))
        {
            return Unauthenticated;
        }

        if (IsMailOnly(token))
        {
            return MailOnly;
        }

        var page = new LinePage();
        while (cursor.Section < MailboxSection)
        {
            foreach (var (key, line) in s_exportSections[cursor.Section](this).Where(item => string.CompareOrdinal(item.Key, cursor.After) > 0).OrderBy(item => item.Key, StringComparer.Ordinal))
            {
                page.Add(line());
                if (page.IsFull)
                {
                    return page.Before(cursor with { After = key });
                }
            }

            cursor = cursor with { Section = cursor.Section + 1, After = "" };
        }

        return cursor.Section == MailboxSection ? await ExportMailboxAsync(page, cursor) : await ExportLogAsync(page, cursor, token);
    }

    /// <summary>One a page: a mailbox may have many contacts.</summary>
    private async Task<Outcome<ExportPage>> ExportMailboxAsync(LinePage page, ExportCursor cursor)
    {
        var next = Record.Mailboxes.Select(mailbox => mailbox.Address).Where(address => string.CompareOrdinal(address, cursor.After) > 0).Order(StringComparer.Ordinal).FirstOrDefault();
        if (next is null)
        {
            return page.Before(cursor with { Section = LogSection, After = "" });
        }

        page.AddLines(await Bridge(next).ExportAsync(_id));
        return page.Before(cursor with { After = next });
    }

    private async Task<Outcome<ExportPage>> ExportLogAsync(LinePage page, ExportCursor cursor, TokenClaims token)
    {
        var entries = await _services.Store.ReadAsync(_id, cursor.Seq, ExportPageEntries, CancellationToken.None);
        if (!IsGood(token))
        {
            return Unauthenticated;
        }

        foreach (var entry in entries.TakeWhile(entry => entry.Seq <= cursor.Head))
        {
            page.Add(ExportLines.Event(entry));
            cursor = cursor with { Seq = entry.Seq };
        }

        if (entries.Count == ExportPageEntries && cursor.Seq < cursor.Head)
        {
            return page.Before(cursor);
        }

        page.Add(ExportLines.End(cursor.Head));
        return page.Before(null);
    }

    /// <summary>Null if another may be begun; counts it.</summary>
    private Refusal? RefuseExport()
    {
        var now = _services.Time.GetUtcNow();
        _exports ??= new();
        while (_exports.TryPeek(out var oldest) && now - oldest >= s_hour)
        {
            _exports.Dequeue();
        }

        if (_exports.Count >= _services.Options.ExportsPerHour)
        {
            var pause = _exports.TryPeek(out var first) ? first + s_hour - now : s_hour;
            return new Refusal(ErrorCodes.SlowDown, "Everything was downloaded often enough in the last hour. Wait as long as retryAfterMs says.", pause);
        }

        _exports.Enqueue(now);
        return null;
    }

    /// <summary>Lines until they are enough for one page.</summary>
    private sealed class LinePage
    {
        private readonly ArrayBufferWriter<byte> _lines = new();

        public bool IsFull => _lines.WrittenCount >= ExportPageBytes;

        public void Add(byte[] line)
        {
            _lines.Write(line);
            _lines.Write("\n"u8);
        }

        public void AddLines(byte[] lines) => _lines.Write(lines);

        public ExportPage Before(ExportCursor? next) => new() { Lines = _lines.WrittenSpan.ToArray(), Next = next };
    }
}
