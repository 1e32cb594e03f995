using System.Net;

namespace OrleansIM.Mail;

/// <summary>Where an HTTP server may send us on to, and whether our secrets go along. Pure.</summary>
internal static class RedirectRules
{
    /// <summary>Redirects that are followed for one request.</summary>
    public const int Most = 5;

    /// <summary>
    /// Null if an address that a server names may be asked, with the secrets that its own host gets. https stays https; and
    /// it stays at the host, above or below it, or at one beside it (<c>contacts.example.com</c>,
    /// <c>p12-contacts.example.com</c>): a server that can be talked into naming any host must not be a way to get at
    /// passwords.
    /// </summary>
    public static MailException? Refuse(Uri from, Uri to)
    {
        if (!to.IsAbsoluteUri || to.Scheme is not ("http" or "https") || to.UserInfo.Length > 0)
        {
            return new MailException(MailFault.Garbage, $"{from.IdnHost} points to something that is no web address.");
        }

        if (from.Scheme == Uri.UriSchemeHttps && to.Scheme != Uri.UriSchemeHttps)
        {
            return new MailException(MailFault.NotSecure, $"{from.IdnHost} points to an address without protection (http).");
        }

        return AreRelated(from.IdnHost, to.IdnHost)
            ? null
            : new MailException(
                MailFault.HostNotAllowed, $"{from.IdnHost} points to another host, {to.IdnHost}. If that is right, give its address instead.");
    }

    internal static bool AreRelated(string from, string to)
    {
        if (from.Equals(to, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (IPAddress.TryParse(from, out _) || IPAddress.TryParse(to, out _))
        {
            return false;
        }

        var above = from[(from.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return IsBelow(to, from) || (IsSomebodys(above) && (IsBelow(to, above) || to.Equals(above, StringComparison.OrdinalIgnoreCase)));
    }

    private static bool IsBelow(string host, string domain) => host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a domain is one that somebody owns. A list of public suffixes would say it better, and would have to be
    /// renewed forever; here a country with a short word before it (<c>co.uk</c>) is taken for one.
    /// </summary>
    private static bool IsSomebodys(string domain)
    {
        var labels = domain.Split('.');
        return labels.Length > 2 || (labels.Length == 2 && !(labels[1].Length == 2 && labels[0].Length <= 3));
    }
}
