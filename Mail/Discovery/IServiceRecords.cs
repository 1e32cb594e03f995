namespace OrleansIM.Mail;

/// <summary>Where DNS says that a domain's services are.</summary>
public interface IServiceRecords
{
    /// <summary>The SRV records of a name (RFC 2782), in any order; none if it has none.</summary>
    /// <exception cref="MailException"><see cref="MailFault.Unreachable"/>: DNS gave no answer.</exception>
    Task<IReadOnlyList<ServiceRecord>> FindAsync(string name, CancellationToken cancellation);

    /// <summary>The TXT records of a name, each in one piece.</summary>
    /// <exception cref="MailException"><see cref="MailFault.Unreachable"/>: DNS gave no answer.</exception>
    Task<IReadOnlyList<string>> FindTextsAsync(string name, CancellationToken cancellation);
}

/// <param name="Priority">The lowest is used first.</param>
/// <param name="Weight">Among the same priority: how often it is chosen.</param>
/// <param name="Port">The port.</param>
/// <param name="Target">The host; empty if the service is not offered (a target of <c>.</c>).</param>
public sealed record ServiceRecord(int Priority, int Weight, int Port, string Target);
