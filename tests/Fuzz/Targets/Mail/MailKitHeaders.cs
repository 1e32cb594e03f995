using MimeKit;
using OrleansIM.Mail;

namespace OrleansIM.Fuzz.Targets;

/// <summary>Headers, by the adapter over MailKit.</summary>
internal static class ShownHeaders
{
    public static (string Shape, MailAddress From, string Subject) Read(byte[] head)
    {
        using var stream = new MemoryStream(head);
        HeaderList list;
        try
        {
            list = HeaderList.Load(stream);
        }
        catch (FormatException)
        {
            // Where it is fetched, this is one of the adapter's declared faults.
            return ("none", new MailAddress(""), "");
        }

        var headers = new MailHeaders(list);
        return ($"{headers.Date is null} {headers.Correspondents.Count()}", headers.From, headers.Subject);
    }
}
