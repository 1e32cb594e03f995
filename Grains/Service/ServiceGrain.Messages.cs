using Microsoft.Extensions.Logging;
using OrleansIM.Messages;
using OrleansIM.Protocol;
using OrleansIM.Service;

namespace OrleansIM.Grains.Service;

/// <summary>Messages of the service: each account stores its own, and one that cannot holds up none of the others.</summary>
internal sealed partial class ServiceGrain
{
    private readonly ILogger<ServiceGrain> _logger = logger;

    private async Task<Outcome<ServiceMessagesSent>> SendAsync(ServiceCredential credential, string[] to, ServiceMessage message)
    {
        var answers = await Task.WhenAll(to.Select(account => SendAsync(credential, account, message)));
        var all = to.Zip(answers, (account, answer) => (Account: account, Answer: answer)).ToArray();
        return new ServiceMessagesSent
        {
            Sent =
            [
                .. all.Where(one => !one.Answer.IsRefused)
                    .Select(one => new DeliveredMessage { Account = one.Account, Id = one.Answer.Get().Id, SentAt = one.Answer.Get().SentAt }),
            ],
            Failed = [.. all.Where(one => one.Answer.IsRefused).Select(one => new UndeliveredMessage { Account = one.Account, Reason = one.Answer.Refusal!.Code })],
        };
    }

    private async Task<Outcome<SentMessage>> SendAsync(ServiceCredential credential, string account, ServiceMessage message)
    {
        try
        {
            return await Service(account).TakeNoticeAsync(credential.Id, message);
        }
#pragma warning disable CA1031 // The app's server is told, and sends it again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotSent(failure);
            return new Refusal(ErrorCodes.Unavailable, "The account could not be reached. Send it again with the same cid.");
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A message of the service could not be stored; its sender is told to try again.")]
    private partial void LogNotSent(Exception failure);
}
