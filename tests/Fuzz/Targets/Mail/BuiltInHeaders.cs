using System.Text;
using OrleansIM.Mail;

namespace OrleansIM.Fuzz.Targets;

/// <summary>Headers, by the mail client of Solo: it takes them out of ENVELOPE, where a server has cut them up already.</summary>
internal static class ShownHeaders
{
    public static (string Shape, MailAddress From, string Subject) Read(byte[] head)
    {
        var text = Encoding.Latin1.GetString(head);
        var subject = MailText.Line(EncodedWords.Decode(Field(text, "Subject:")), MailText.MaxSubject);
        var from = Field(text, "From:") ?? "";
        var (name, address) = from.LastIndexOf('<') is var open and >= 0 ? (from[..open], from[(open + 1)..].TrimEnd('>')) : (null, from);
        var parts = address.Split('@', 2);
        var who = new MailAddress(MailText.Address(parts[0], parts.ElementAtOrDefault(1)), MailText.Name(EncodedWords.Decode(name)));
        var date = MailDate.Parse(Field(text, "Date:"));
        var thread = ThreadHeaders.Read(head);
        var file = Rfc2231.Find([.. Parameters(Field(text, "Content-Type:") ?? "")], "filename");
        return ($"{date is null} {thread is null} {thread?.References.Count > 0} {file is null}", who, subject);
    }

    private static string? Field(string head, string name)
    {
        var at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : head[(at + name.Length)..].Split('\n')[0].Trim();
    }

    private static IEnumerable<KeyValuePair<string, string>> Parameters(string type) =>
        type.Split(';').Skip(1).Select(parameter => parameter.Split('=', 2)).Where(pair => pair.Length == 2).Select(pair => KeyValuePair.Create(pair[0].Trim(), pair[1].Trim('"', ' ')));
}
