using System.Net;
using System.Net.Sockets;
using DnsClient;
using Microsoft.Extensions.Options;

namespace OrleansIM.Mail;

/// <summary>SRV and TXT records from DNS: the system's servers, or those of <see cref="MailOptions.NameServers"/>.</summary>
internal sealed class DnsServiceRecords(IOptions<MailOptions> options) : IServiceRecords
{
    private const int DnsPort = 53;

    // Made at the first question, not at the start; and again at the next, if the system knows no server yet.
    private readonly Lazy<LookupClient> _client = new(() => new LookupClient(Describe(options.Value)), LazyThreadSafetyMode.PublicationOnly);

    public async Task<IReadOnlyList<ServiceRecord>> FindAsync(string name, CancellationToken cancellation)
    {
        var answer = await AskAsync(name, QueryType.SRV, cancellation);
        return [.. answer.Answers.SrvRecords().Select(record => new ServiceRecord(record.Priority, record.Weight, record.Port, record.Target.Value.TrimEnd('.')))];
    }

    public async Task<IReadOnlyList<string>> FindTextsAsync(string name, CancellationToken cancellation)
    {
        var answer = await AskAsync(name, QueryType.TXT, cancellation);
        return [.. answer.Answers.TxtRecords().Select(record => string.Concat(record.Text))];
    }

    private static LookupClientOptions Describe(MailOptions options)
    {
        var given = options.NameServers.Select(IPEndPoint.Parse)
            .Select(server => new IPEndPoint(server.Address, server.Port == 0 ? DnsPort : server.Port))
            .ToArray();
        var client = given.Length > 0 ? new LookupClientOptions(given) : new LookupClientOptions();
        client.Timeout = TimeSpan.FromSeconds(2);
        client.Retries = 2;
        client.UseCache = true;
        client.ThrowDnsErrors = false;
        return client;
    }

    private async Task<IDnsQueryResponse> AskAsync(string name, QueryType type, CancellationToken cancellation)
    {
        try
        {
            var answer = await _client.Value.QueryAsync(name, type, cancellationToken: cancellation);
            return answer.Header.ResponseCode is DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain
                ? answer
                : throw new MailException(MailFault.Unreachable, $"DNS does not answer for {name}.");
        }
        catch (Exception failure) when (failure is DnsResponseException or SocketException or InvalidOperationException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new MailException(MailFault.Unreachable, $"DNS does not answer for {name}.", failure);
        }
    }
}
