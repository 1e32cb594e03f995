using System.Globalization;
using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.Mail.Tests.BuiltIn;

/// <summary>Answers about an INBOX with plain mails, as a server without any extension would.</summary>
internal static class ScriptedInbox
{
    /// <summary>Mails with these UIDs: subject <c>mail 7</c>, text <c>text of 7</c>.</summary>
    public static ScriptedImap With(IReadOnlyList<int> uids, string extensions = "IDLE", Func<int, bool>? isUnread = null)
    {
        var unread = isUnread ?? (static _ => true);
        return new ScriptedImap { Capabilities = "IMAP4rev1 AUTH=PLAIN SASL-IR " + extensions, Exists = uids.Count }
            .On("UID SEARCH", async (peer, line) =>
            {
                var found = uids.Where(unread).ToList();
                await peer.SendLineAsync(line.Arguments.StartsWith("RETURN", StringComparison.Ordinal)
                    ? $"* ESEARCH (TAG \"{line.Tag}\") UID{(found.Count > 0 ? $" ALL {string.Join(',', found)}" : "")} COUNT {found.Count}"
                    : $"* SEARCH {string.Join(' ', found)}");
                await peer.SendLineAsync($"{line.Tag} OK done");
            })
            .On("FETCH", (peer, line) => FetchAsync(peer, line, uids, unread))
            .On("UID FETCH", (peer, line) => FetchAsync(peer, line, uids, unread));
    }

    private static async Task FetchAsync(ScriptedPeer peer, ImapCommandLine line, IReadOnlyList<int> uids, Func<int, bool> isUnread)
    {
        var set = line.Arguments.Split(' ')[0];
        var wanted = line.Name == "FETCH"
            ? uids.Skip(int.Parse(set.Split(':')[0], CultureInfo.InvariantCulture) - 1)
            : set.Split(',').Select(static uid => int.Parse(uid, CultureInfo.InvariantCulture)).Where(uids.Contains);
        foreach (var uid in wanted)
        {
            var items = line.Arguments.Contains("BODY.PEEK", StringComparison.Ordinal)
                ? $"BODY[1]<0> {{{$"text of {uid}".Length}}}\r\ntext of {uid}"
                : line.Arguments.Contains("BODYSTRUCTURE", StringComparison.Ordinal)
                    ? $"INTERNALDATE \"01-Jan-2020 00:00:00 +0000\" ENVELOPE (NIL \"mail {uid}\" ((\"Bob\" NIL \"bob\" \"x.test\")) NIL NIL NIL NIL NIL NIL NIL)"
                        + " BODYSTRUCTURE (\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 10 1)"
                    : $"FLAGS ({(isUnread(uid) ? "" : "\\Seen")})";
            await peer.SendLineAsync($"* {uids.ToList().IndexOf(uid) + 1} FETCH (UID {uid} {items})");
        }

        await peer.SendLineAsync($"{line.Tag} OK done");
    }
}
