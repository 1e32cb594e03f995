using System.Diagnostics.Metrics;
using OrleansIM.Mail;
using OrleansIM.Mailboxes;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>What is measured of the ways to mail servers (docs/operations.md, "Metrics").</summary>
internal sealed class MailboxMetrics
{
    private readonly UpDownCounter<int> _channels;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _mails;
    private long _summaries;

    public MailboxMetrics(IMeterFactory meters, ConnectionLimits connections)
    {
        var meter = meters.Create(GrainMetrics.Meter);
        _channels = meter.CreateUpDownCounter<int>("orleansim.mailboxes.channels", "{channel}", "Channels to mailboxes, by state.");
        _failures = meter.CreateCounter<long>("orleansim.mailboxes.failures", "{failure}", "Channels that could not be opened, or broke.");
        _mails = meter.CreateCounter<long>("orleansim.mailboxes.mails.sent", "{mail}", "Mails that were to be sent.");
        meter.CreateObservableCounter("orleansim.mailboxes.summaries", () => Interlocked.Read(ref _summaries), "{summary}", "Summaries of mailboxes that were read and were new.");
        meter.CreateObservableUpDownCounter("orleansim.mailboxes.connections", () => connections.Taken, "{connection}", "Connections to mail servers, those being opened included.");
        meter.CreateObservableUpDownCounter("orleansim.mailboxes.connections.waiting", () => connections.Waiting, "{connection}", "Connections to mail servers that wait for their turn.");
    }

    /// <summary>A channel has another state. One that is closed is none.</summary>
    public void OnChannel(ChannelStatus before, ChannelStatus after)
    {
        Count(before, -1);
        Count(after, 1);
    }

    /// <param name="failure">What it was; null if it was nothing of the mail server's.</param>
    public void OnFailed(MailException? failure) => _failures.Add(1, new KeyValuePair<string, object?>("fault", Name(failure?.Fault)));

    /// <param name="outcome"><c>ok</c>, or the code the sender was told.</param>
    public void OnMail(string outcome) => _mails.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void OnSummary() => Interlocked.Increment(ref _summaries);

    private void Count(ChannelStatus status, int change)
    {
        if (status is not ChannelStatus.Closed)
        {
            _channels.Add(change, new KeyValuePair<string, object?>("state", Name(status)));
        }
    }

    private static string Name(ChannelStatus status) => status switch
    {
        ChannelStatus.Opening => "opening",
        ChannelStatus.Open => "open",
        _ => "failed",
    };

    private static string Name(MailFault? fault) => fault switch
    {
        MailFault.AuthenticationFailed => "secret_refused",
        MailFault.Unreachable => "unreachable",
        MailFault.NotSecure => "not_secure",
        MailFault.HostNotAllowed => "not_allowed",
        MailFault.Refused => "refused",
        MailFault.Garbage => "garbage",
        _ => "other",
    };
}
