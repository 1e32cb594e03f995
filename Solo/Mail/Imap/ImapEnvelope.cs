using System.Text;

namespace OrleansIM.Mail;

/// <summary>The headers that ENVELOPE holds (RFC 3501, 7.4.2), decoded for showing.</summary>
internal sealed class ImapEnvelope(ImapValue value)
{
    /// <summary>What is looked at of a header: more than enough for what is shown.</summary>
    private const int MaxRaw = 16 * 1024;

    public string Subject => MailText.Line(EncodedWords.Decode(Beginning(value[1].Text)), MailText.MaxSubject);

    public DateTimeOffset? Date => MailDate.Parse(value[0].Text);

    /// <summary>The first address of From, else of Sender.</summary>
    public MailAddress From => Addresses(value[2]).Concat(Addresses(value[3])).FirstOrDefault(new MailAddress(""));

    /// <summary>Everybody in From, To and Cc who has an address.</summary>
    public IEnumerable<MailAddress> Correspondents
        => Addresses(value[2]).Concat(Addresses(value[5])).Concat(Addresses(value[6])).Where(static who => who.Address.Contains('@'));

    /// <summary>The addresses of a header; of groups their members.</summary>
    private static IEnumerable<MailAddress> Addresses(ImapValue list)
        => list.Items.Where(static address => !IsGroupMark(address)).Select(Read).Where(static who => who is not { Address: "", Name: null });

    /// <summary>A group begins with its name for the mailbox and ends with nothing; both have no host.</summary>
    private static bool IsGroupMark(ImapValue address) => address[3].Text is null;

    private static MailAddress Read(ImapValue address)
        => new(MailText.Address(Part(address[2].Text), Part(address[3].Text)), MailText.Name(EncodedWords.Decode(Beginning(address[0].Text))));

    /// <summary>Half of an address; beyond ASCII it is UTF-8 (RFC 6532) or what somebody takes for it.</summary>
    private static string? Part(string? raw) => raw is null ? null : Charsets.Decode(Encoding.Latin1.GetBytes(raw), null);

    private static string? Beginning(string? raw) => raw?.Length > MaxRaw ? raw[..MaxRaw] : raw;
}
