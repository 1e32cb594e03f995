using System.Text;
using MimeKit;
using MimeKit.Utils;

namespace OrleansIM.Mail;

/// <summary>
/// What is shown of a mail's headers. They are fetched as headers and not as ENVELOPE, of which MailKit takes no string that
/// is longer than 4 KB: one mail with a long subject would make the whole mailbox unreadable.
/// </summary>
internal sealed class MailHeaders(HeaderList headers)
{
    /// <summary>What a mail in a summary is asked for.</summary>
    public static readonly IReadOnlyList<string> OfItems = ["Subject", "From", "Sender", "Date"];

    /// <summary>What a mail is asked for to see who the mailbox corresponds with.</summary>
    public static readonly IReadOnlyList<string> OfCorrespondents = ["From", "To", "Cc", "Date"];

    /// <summary>What is looked at of a header: more than enough for what is shown.</summary>
    private const int MaxRaw = 16 * 1024;

    /// <summary>What is looked at of a list of addresses.</summary>
    private const int MaxRawAddresses = 256 * 1024;

    /// <summary>What an address may be long; RFC 5321 has 254.</summary>
    private const int MaxAddress = 320;

    public string Subject
        => Last(HeaderId.Subject) is { } header ? MailText.Line(Rfc2047.DecodeText(ParserOptions.Default, Raw(header, MaxRaw)), MailText.MaxSubject) : "";

    public DateTimeOffset? Date => Last(HeaderId.Date) is { } header && DateUtils.TryParse(Raw(header, MaxRaw), out var date) ? date : null;

    /// <summary>The first address of From, else of Sender; of a group its first member.</summary>
    public MailAddress From => Addresses(HeaderId.From).Concat(Addresses(HeaderId.Sender)).FirstOrDefault(new MailAddress(""));

    /// <summary>Everybody in From, To and Cc who has an address.</summary>
    public IEnumerable<MailAddress> Correspondents
        => Addresses(HeaderId.From).Concat(Addresses(HeaderId.To)).Concat(Addresses(HeaderId.Cc))
            .Where(static who => who.Address.Contains('@', StringComparison.Ordinal));

    /// <summary>Of headers that must not be there twice the last text counts, and all addresses: servers say the same in ENVELOPE.</summary>
    private Header? Last(HeaderId id) => headers.LastOrDefault(header => header.Id == id);

    private IEnumerable<MailAddress> Addresses(HeaderId id)
        => headers.Where(header => header.Id == id).SelectMany(Addresses).Where(static who => who is not { Address: "", Name: null });

    private static IEnumerable<MailAddress> Addresses(Header header)
        => InternetAddressList.TryParse(ParserOptions.Default, Raw(header, MaxRawAddresses), out var list)
            ? list.Mailboxes.Select(address => Read(address, Ascii.IsValid(header.RawValue)))
            : [];

    private static byte[] Raw(Header header, int most) => header.RawValue.Length > most ? header.RawValue[..most] : header.RawValue;

    /// <summary>A domain is shown as it was written, in ASCII (RFC 3490) or not; MimeKit has decoded it.</summary>
    private static MailAddress Read(MailboxAddress address, bool isAscii)
        => new(MailText.Line(address.GetAddress(idnEncode: isAscii), MaxAddress), MailText.Name(address.Name));
}
