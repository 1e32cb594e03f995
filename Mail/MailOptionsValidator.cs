using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace OrleansIM.Mail;

/// <summary>Reports every fault of <see cref="MailOptions"/> at once, each with the setting's name and what it takes.</summary>
internal sealed class MailOptionsValidator : IValidateOptions<MailOptions>
{
    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        var faults = new OptionFaults(MailOptions.Section);
        CheckTimes(options, faults);
        CheckCounts(options, faults);
        CheckNetwork(options, faults);
        CheckAuthorities(options, faults);
        foreach (var (domain, template) in options.Domains)
        {
            CheckDomain(domain, template, options, faults);
        }

        return faults.Result();
    }

    private static void CheckTimes(MailOptions options, OptionFaults faults) => faults
        .Range(nameof(options.ConnectTimeout), options.ConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5))
        .Range(nameof(options.AnswerTimeout), options.AnswerTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10))
        .Range(nameof(options.ContactsTimeout), options.ContactsTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))
        .Range(nameof(options.PollEvery), options.PollEvery, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))
        .Range(nameof(options.IdleRenewal), options.IdleRenewal, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(29))
        .Range(nameof(options.RetryFirst), options.RetryFirst, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1))
        .Range(nameof(options.RetryMost), options.RetryMost, options.RetryFirst, TimeSpan.FromDays(1));

    private static void CheckCounts(MailOptions options, OptionFaults faults) => faults
        .Range(nameof(options.MaxAnswerBytes), options.MaxAnswerBytes, 64 * 1024, 1024 * 1024 * 1024)
        .Range(nameof(options.MaxContactBytes), options.MaxContactBytes, Math.Min(options.MaxAnswerBytes, 1024 * 1024 * 1024), 1024 * 1024 * 1024)
        .Range(nameof(options.LingerSeconds), options.LingerSeconds, 0, 86_400)
        .Range(nameof(options.SummaryMails), options.SummaryMails, 1, 200)
        .Range(nameof(options.HarvestMails), options.HarvestMails, 0, 10_000)
        .Range(nameof(options.MaxContacts), options.MaxContacts, 1, 100_000)
        .Range(nameof(options.MaxMailboxes), options.MaxMailboxes, 1, 100)
        .Range(nameof(options.MaxRecipients), options.MaxRecipients, 1, 1_000)
        .Range(nameof(options.MaxConnections), options.MaxConnections, 1, 100_000)
        .Range(nameof(options.MaxConnectionsPerHost), options.MaxConnectionsPerHost, 1, options.MaxConnections)
        .Range(nameof(options.MaxOpeningPerHost), options.MaxOpeningPerHost, 1, options.MaxConnectionsPerHost)
        .Mend(Enum.IsDefined(options.SignIn), nameof(options.SignIn), options.SignIn, "set it to Full, Off or MailOnly");

    private static void CheckNetwork(MailOptions options, OptionFaults faults)
    {
        CheckHosts(nameof(options.AllowedHosts), options.AllowedHosts, faults);
        CheckHosts(nameof(options.DeniedHosts), options.DeniedHosts, faults);
        for (var i = 0; i < options.AllowedPorts.Count; i++)
        {
            faults.Range($"{nameof(options.AllowedPorts)}:{i}", options.AllowedPorts[i], 1, 65_535);
        }

        for (var i = 0; i < options.NameServers.Count; i++)
        {
            faults.Mend(
                IPEndPoint.TryParse(options.NameServers[i], out _), $"{nameof(options.NameServers)}:{i}", options.NameServers[i],
                "write an IP address, with a port if it is not 53");
        }
    }

    private static void CheckHosts(string setting, IList<string> patterns, OptionFaults faults)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            faults.Mend(
                HostPatterns.IsValid(patterns[i]), $"{setting}:{i}", patterns[i],
                "write a host (mail.example.com), all below a domain (*.example.com), an address or a network (10.1.0.0/16)");
        }
    }

    private static void CheckAuthorities(MailOptions options, OptionFaults faults)
    {
        if (string.IsNullOrEmpty(options.TrustedAuthorities))
        {
            return;
        }

        const string Setting = nameof(MailOptions.TrustedAuthorities);
        X509Certificate2Collection authorities;
        try
        {
            authorities = MailTls.ReadAuthorities(options.TrustedAuthorities);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            faults.Mend(false, Setting, options.TrustedAuthorities, $"which cannot be read ({unreadable.Message}); name a PEM file of certificates");
            return;
        }

        faults.Mend(authorities.Count > 0, Setting, options.TrustedAuthorities, "which holds no certificate; name a PEM file with at least one");
        foreach (var authority in authorities)
        {
            authority.Dispose();
        }
    }

    private static void CheckDomain(string domain, MailDomain template, MailOptions options, OptionFaults faults)
    {
        var path = $"{nameof(options.Domains)}:{domain}";
        faults.Mend(HostPolicy.Normalize(domain) is not null && !IPAddress.TryParse(domain, out _), path, "no mail domain", "write what stands after the @");
        CheckServer($"{path}:{nameof(template.Imap)}", template.Imap, options, faults);
        if (template.Smtp is not null)
        {
            CheckServer($"{path}:{nameof(template.Smtp)}", template.Smtp, options, faults);
        }

        faults.Mend(
            template.User.Contains("{address}", StringComparison.Ordinal) || template.User.Contains("{local}", StringComparison.Ordinal),
            $"{path}:{nameof(template.User)}", template.User, "write {address} or {local} into it");

        var isPlain = template.CardDav?.IsAbsoluteUri == true && template.CardDav.Scheme == Uri.UriSchemeHttp;
        faults
            .Mend(
                template.CardDav is null || (template.CardDav.IsAbsoluteUri && template.CardDav.Scheme is "http" or "https"),
                $"{path}:{nameof(template.CardDav)}", template.CardDav, "write an address that begins with https://")
            .Mend(
                !isPlain || options.AllowPrivateHosts,
                $"{path}:{nameof(template.CardDav)}", template.CardDav, "use https; http is for private hosts, with Mail:AllowPrivateHosts");
    }

    private static void CheckServer(string path, MailDomainServer server, MailOptions options, OptionFaults faults)
    {
        faults
            .Mend(HostPolicy.Normalize(server.Host) is not null, $"{path}:Host", $"'{server.Host}'", "write the server's host name")
            .Range($"{path}:Port", server.Port, 1, 65_535)
            .Mend(Enum.IsDefined(server.Security), $"{path}:Security", server.Security, "set it to Tls, StartTls or None");
        if (HostPolicy.Normalize(server.Host) is not null && server.Port is >= 1 and <= 65_535 && options.AllowedHosts.Concat(options.DeniedHosts).All(HostPatterns.IsValid))
        {
            var refusal = new HostPolicy(options).RefuseName(server.Host, server.Port);
            faults.Mend(refusal is null, path, $"{server.Host}:{server.Port}", $"which may not be reached: {refusal?.Message} See Mail:AllowedHosts, DeniedHosts and AllowedPorts");
        }
    }
}
