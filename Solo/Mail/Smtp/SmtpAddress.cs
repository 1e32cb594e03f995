using System.Globalization;

namespace OrleansIM.Mail;

/// <summary>Addresses as they stand in commands.</summary>
internal static class SmtpAddress
{
    /// <summary>Whether every server can take it: a domain beyond ASCII has another form, a mailbox has not.</summary>
    public static bool IsAscii(string address) => OnWire(address).All(char.IsAscii);

    /// <summary>The address with its domain in ASCII (RFC 5891), if it has such a form.</summary>
    public static string OnWire(string address)
    {
        var at = address.LastIndexOf('@');
        if (at < 0 || address.All(char.IsAscii))
        {
            return address;
        }

        try
        {
            return address[..(at + 1)] + new IdnMapping().GetAscii(address, at + 1);
        }
        catch (ArgumentException)
        {
            return address;
        }
    }
}
