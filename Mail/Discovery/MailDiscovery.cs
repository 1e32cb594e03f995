using Microsoft.Extensions.Options;
using OrleansIM.Protocol;

namespace OrleansIM.Mail;

/// <summary>
/// Finds the servers of a mail address: what the operator says about its domain (<see cref="MailOptions.Domains"/>), else
/// what the domain says in DNS: RFC 6186 and RFC 8314 (<c>_imaps</c>, <c>_imap</c>, <c>_submissions</c>,
/// <c>_submission</c>), RFC 6764 (<c>_carddavs</c>, <c>_carddav</c> and the path in TXT). TLS from the first byte is
/// preferred to STARTTLS, and nothing is used unprotected but CardDAV in a private network.
/// </summary>
/// <remarks>
/// DNS can be forged, and a forged record would have the password sent to another host with a perfectly good certificate.
/// RFC 6186, 6 therefore wants the certificate to be for the mailbox's domain, or the user asked when the server lies
/// outside it. Hosts of mail have certificates for their own names only, so that is what is checked; and targets outside
/// the domain are named in <see cref="DiscoveredMail.Outside"/>. Whoever uses them asks the mailbox's owner first, or
/// refuses and says which host to give.
/// </remarks>
public sealed class MailDiscovery(IServiceRecords records, IOptions<MailOptions> options, TimeProvider time)
{
    private readonly MailOptions _options = options.Value;

    /// <summary>Finds the servers of an address, within <see cref="MailOptions.ConnectTimeout"/>.</summary>
    /// <exception cref="MailException"><see cref="MailFault.Unreachable"/>: DNS does not answer.</exception>
    /// <exception cref="ArgumentException">It is no address.</exception>
    public Task<DiscoveredMail> FindAsync(string address, CancellationToken cancellation)
    {
        if (!MailAddresses.TryNormalize(address, out var normal))
        {
            throw new ArgumentException("This is no mail address.", nameof(address));
        }

        return _options.Domains.TryGetValue(MailAddresses.DomainOf(normal), out var template)
            ? Task.FromResult(FromTemplate(template, normal))
            : FromDnsAsync(normal, cancellation);
    }

    private static DiscoveredMail FromTemplate(MailDomain template, string address) => new()
    {
        Imap = ToServer(template.Imap),
        Smtp = template.Smtp is null ? null : ToServer(template.Smtp),
        CardDav = template.CardDav,
        User = template.User
            .Replace("{address}", address, StringComparison.Ordinal)
            .Replace("{local}", address[..address.IndexOf('@', StringComparison.Ordinal)], StringComparison.Ordinal),
        KeepsSent = template.KeepsSent,
        IsTemplate = true,
    };

    private static MailServer ToServer(MailDomainServer server) => new(server.Host, server.Port, server.Security);

    private async Task<DiscoveredMail> FromDnsAsync(string address, CancellationToken cancellation)
    {
        var domain = MailAddresses.DomainOf(address);
        using var limit = new CancellationTokenSource(_options.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            var imap = FindServerAsync(domain, "_imaps", "_imap", both.Token);
            var smtp = FindServerAsync(domain, "_submissions", "_submission", both.Token);
            var cardDav = FindCardDavAsync(domain, both.Token);
            await Task.WhenAll(imap, smtp, cardDav).WaitAsync(both.Token);
            string?[] hosts = [(await imap)?.Host, (await smtp)?.Host, (await cardDav)?.IdnHost];
            return new DiscoveredMail
            {
                Imap = await imap,
                Smtp = await smtp,
                CardDav = await cardDav,
                User = address,
                Outside = [.. hosts.OfType<string>().Where(host => !ServiceChoice.IsInside(host, domain)).Distinct(StringComparer.OrdinalIgnoreCase)],
            };
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new MailException(MailFault.Unreachable, $"DNS did not answer for {domain} within {_options.ConnectTimeout.TotalSeconds:0.#} s.", late);
        }
    }

    private async Task<MailServer?> FindServerAsync(string domain, string tls, string startTls, CancellationToken cancellation)
    {
        var (protectedOnes, others) = (records.FindAsync($"{tls}._tcp.{domain}", cancellation), records.FindAsync($"{startTls}._tcp.{domain}", cancellation));
        await Task.WhenAll(protectedOnes, others);
        return Choose(await protectedOnes) is { } best
            ? new MailServer(best.Target, best.Port, MailSecurity.Tls)
            : Choose(await others) is { } second ? new MailServer(second.Target, second.Port, MailSecurity.StartTls) : null;
    }

    private async Task<Uri?> FindCardDavAsync(string domain, CancellationToken cancellation)
    {
        var secure = $"_carddavs._tcp.{domain}";
        if (Choose(await records.FindAsync(secure, cancellation)) is { } best)
        {
            return ToAddress("https", best, await records.FindTextsAsync(secure, cancellation));
        }

        var plain = $"_carddav._tcp.{domain}";
        return _options.AllowPrivateHosts && Choose(await records.FindAsync(plain, cancellation)) is { } second
            ? ToAddress("http", second, await records.FindTextsAsync(plain, cancellation))
            : null;
    }

    /// <summary>Without a path the client asks <c>/.well-known/carddav</c>.</summary>
    private static Uri ToAddress(string scheme, ServiceRecord record, IReadOnlyList<string> texts)
    {
        const string Path = "path=";
        var path = texts.FirstOrDefault(text => text.StartsWith(Path, StringComparison.OrdinalIgnoreCase))?[Path.Length..].Trim();
        return new UriBuilder(scheme, record.Target, record.Port, path is ['/', ..] ? path : "/").Uri;
    }

    private static ServiceRecord? Choose(IReadOnlyList<ServiceRecord> found)
    {
        return ServiceChoice.Choose(found, Random.Shared.NextDouble());
    }
}
