using OrleansIM.Mail;
using OrleansIM.Mailboxes;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>When a channel is tried again, and what is said about it. Pure.</summary>
internal static class ChannelRules
{
    /// <summary>A channel that was open for so long was good: the next failure is a first one.</summary>
    public static TimeSpan Proven { get; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The pause after so many failures in a row: it doubles, up to a limit, and half of it is chance, so that the
    /// mailboxes of a server that was down do not come back all at once.
    /// </summary>
    /// <param name="failures">1 for the first.</param>
    /// <param name="first">The first pause.</param>
    /// <param name="most">The longest.</param>
    /// <param name="chance">Between 0 and 1.</param>
    public static TimeSpan Pause(int failures, TimeSpan first, TimeSpan most, double chance)
    {
        var whole = first.TotalMilliseconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 30));
        return TimeSpan.FromMilliseconds(Math.Min(whole, most.TotalMilliseconds) * (0.5 + (0.5 * chance)));
    }

    public static ChannelState Failed(MailException failure, DateTimeOffset? retryAt) =>
        new() { Status = ChannelStatus.Failed, Error = Refusal(failure), RetryAt = retryAt };

    /// <summary>What a mail server's fault is to a client.</summary>
    public static Refusal Refusal(MailException failure) => new(failure.Code, failure.Message);
}
