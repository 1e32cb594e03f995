using System.Globalization;
using System.Net;

namespace OrleansIM.Mail;

/// <summary>
/// Where users' servers may be. Pure: it gets the name, the port and what the name resolves to, and decides. A user who
/// binds a mailbox names hosts at will; without this, the service would knock at its operator's own doors for them.
/// </summary>
/// <remarks>
/// A name is judged by its addresses: those that may not be reached are left out, and if none is left the host is refused.
/// The forms of IPv6 that end at an IPv4 address count as that address.
/// </remarks>
public sealed class HostPolicy
{
    private static readonly HashSet<int> s_systemPorts = [80, 143, 443, 465, 587, 993];

    private readonly HostPatterns _allowed;
    private readonly HostPatterns _denied;
    private readonly HashSet<int> _ports;
    private readonly bool _allowPrivate;

    public HostPolicy(MailOptions options)
    {
        _allowed = new HostPatterns(options.AllowedHosts);
        _denied = new HostPatterns(options.DeniedHosts);
        _ports = [.. options.AllowedPorts];
        _allowPrivate = options.AllowPrivateHosts;
    }

    /// <summary>
    /// A host in the form that is compared and asked for: lower case, ASCII (RFC 5891), without the dot at the end. Null if
    /// it is none.
    /// </summary>
    public static string? Normalize(string host)
    {
        host = host.Trim().TrimEnd('.');
        if (host is ['[', .. var inside, ']'])
        {
            host = inside;
        }

        if (IPAddress.TryParse(host, out var address))
        {
            return address.ToString();
        }

        try
        {
            var ascii = new IdnMapping { UseStd3AsciiRules = false }.GetAscii(host).ToLowerInvariant();
            return Uri.CheckHostName(ascii) == UriHostNameType.Dns && ascii.Length <= 253 ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>What can be said before the name is resolved. Null: nothing against it.</summary>
    public MailException? RefuseName(string host, int port)
    {
        if (Normalize(host) is not { } name)
        {
            return new MailException(MailFault.HostNotAllowed, "The server's name is no host name.");
        }

        if (port is < 1 or > 65_535)
        {
            return new MailException(MailFault.HostNotAllowed, $"{port} is no port.");
        }

        if (!IsPortAllowed(port))
        {
            return new MailException(MailFault.HostNotAllowed, PortRefusal(port));
        }

        var isListed = _allowed.IsEmpty || _allowed.HasNetworks || _allowed.MatchesName(name);
        return isListed && !_denied.MatchesName(name) ? null : Refusal(name);
    }

    /// <summary>Those of a host's addresses that may be connected to, in the given order; never empty.</summary>
    /// <exception cref="MailException"><see cref="MailFault.HostNotAllowed"/>: none, and why.</exception>
    public IReadOnlyList<IPAddress> Choose(string host, int port, IReadOnlyList<IPAddress> addresses)
    {
        if (RefuseName(host, port) is { } refusal)
        {
            throw refusal;
        }

        var name = Normalize(host)!;
        var isNamed = _allowed.IsEmpty || _allowed.MatchesName(name);
        var listed = addresses.Where(address => (isNamed || _allowed.MatchesAddress(address)) && !_denied.MatchesAddress(address)).ToList();
        if (listed.Count == 0)
        {
            throw Refusal(name);
        }

        var chosen = listed.Where(address => IsReachable(AddressKinds.Of(address))).ToList();
        return chosen.Count > 0 ? chosen : throw new MailException(
            MailFault.HostNotAllowed,
            $"{name} has an address that may not be reached from here (a private or special one). Whether it should be is the operator's setting Mail:AllowPrivateHosts.");
    }

    private static MailException Refusal(string name)
        => new(MailFault.HostNotAllowed, $"{name} is none of the mail servers that the operator of this service allows.");

    private static string PortRefusal(int port) => port == 25
        ? "Port 25 is for mail servers among themselves. Use 465 (TLS) or 587 (STARTTLS) for sending."
        : $"Port {port} may not be reached. IMAP has 993 (TLS) and 143 (STARTTLS), sending has 465 and 587.";

    private bool IsPortAllowed(int port)
        => _ports.Count > 0 ? _ports.Contains(port) : port >= 1024 || s_systemPorts.Contains(port);

    private bool IsReachable(AddressKind kind)
        => kind == AddressKind.Public || (kind == AddressKind.Private && _allowPrivate);
}
