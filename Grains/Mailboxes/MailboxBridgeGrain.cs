using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Runtime;
using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Concurrency;
using OrleansIM.Mail;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>
/// The bridge to a mailbox. One file per concern beside this one, which holds what they share: who it is bound to, and
/// what is stored.
/// </summary>
/// <remarks>
/// Reentrant: a turn that waits for a mail server, which may take as long as it likes, holds nobody up. Whatever waits for
/// one ends in <see cref="s_patience"/>, under the time a grain call may take.
/// </remarks>
[GrainType("im-mailbox"), Reentrant]
internal sealed partial class MailboxBridgeGrain : Grain, IMailboxBridgeGrain
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan s_ending = TimeSpan.FromSeconds(5);

    private readonly IPersistentState<MailboxRecord> _record;
    private readonly IPersistentState<MailboxMail> _mail;
    private readonly IPersistentState<MailboxContacts> _contacts;
    private readonly IMailboxConnector _connector;
    private readonly IMailEnvironment _environment;
    private readonly ConnectionLimits _places;
    private readonly MailboxSecrets _secrets;
    private readonly PasswordHashing _hashing;
    private readonly MailboxMetrics _metrics;
    private readonly SecurityAudit _audit;
    private readonly MailOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<MailboxBridgeGrain> _logger;
    private readonly AsyncGate _recordGate = new();
    private readonly AsyncGate _mailGate = new();
    private string _address = null!;
    private long _epoch;

    public MailboxBridgeGrain(
        [PersistentState(StorageNames.Mailbox, StorageNames.State)] IPersistentState<MailboxRecord> record,
        [PersistentState(StorageNames.MailboxMail, StorageNames.State)] IPersistentState<MailboxMail> mail,
        [PersistentState(StorageNames.MailboxContacts, StorageNames.State)] IPersistentState<MailboxContacts> contacts,
        IMailboxConnector connector,
        IMailEnvironment environment,
        ConnectionLimits places,
        MailboxSecrets secrets,
        PasswordHashing hashing,
        MailboxMetrics metrics,
        SecurityAudit audit,
        IOptions<MailOptions> options,
        IOptions<AccountOptions> accountOptions,
        TimeProvider time,
        ILogger<MailboxBridgeGrain> logger)
    {
        (_record, _mail, _contacts, _connector, _environment, _places) = (record, mail, contacts, connector, environment, places);
        (_metrics, _audit) = (metrics, audit);
        (_secrets, _hashing, _options, _time, _logger) = (secrets, hashing, options.Value, time, logger);
        _throttle = new SignInThrottle(accountOptions.Value.SlowDownAfter, accountOptions.Value.SlowDownMax);
    }

    private MailboxRecord Record => _record.State;

    private bool IsBoundTo(string account) => Record.Owner == account;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _address = this.GetPrimaryKeyString();
        _epoch = _time.GetUtcNow().UtcTicks;
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _closeTimer?.Dispose();
        await CloseChannelAsync();
        try
        {
            // What is being handed over is not left in doubt if there is time.
            await Task.WhenAll(_loop, Task.WhenAll(_sending.Values)).WaitAsync(s_ending, _time, cancellationToken);
        }
#pragma warning disable CA1031 // Whoever waits for it has been told.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogEndedInBetween(KindOf(failure));
        }

        await SaveSummaryAsync();
    }

    public async Task<Outcome<MailboxState>> BindAsync(string account, BindMailbox request, CancellationToken cancellation)
    {
        using var limit = Limit(cancellation);
        try
        {
            return await ProveAndBindAsync(account, request, limit.Token);
        }
        catch (MailException failure)
        {
            return ChannelRules.Refusal(failure);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return TooSlow;
        }
    }

    public async Task UnbindAsync(string account)
    {
        using var gate = await _recordGate.EnterAsync();
        if (!IsBoundTo(account))
        {
            return;
        }

        _until = default;
        await CloseChannelAsync();
        await ForgetAsync();

        // Last: as long as it is there, whoever asks again finds something left to be done.
        await _record.ClearStateAsync();
    }

    /// <summary>Only who has proved to own the mailbox learns that somebody else has bound it.</summary>
    private async Task<Outcome<MailboxState>> ProveAndBindAsync(string account, BindMailbox request, CancellationToken cancellation)
    {
        if (!_throttle.TryBegin(_time.GetUtcNow(), out var pause))
        {
            return SlowDown(pause);
        }

        (MailboxRecord Record, MailboxSummary Summary) proved;
        try
        {
            var servers = await ServersOfAsync(request, cancellation);
            if (servers.Refusal is { } unknown)
            {
                return unknown;
            }

            proved = await ProveAsync(servers.Get() with { Owner = account, BoundAt = _time.GetUtcNow() }, MailboxSecret.Of(request.Auth), cancellation);
        }
        catch (MailException failure) when (failure.Fault is MailFault.AuthenticationFailed)
        {
            _throttle.Failed(_time.GetUtcNow());
            throw;
        }
        finally
        {
            _throttle.End();
        }

        _throttle.Succeeded();
        if (Record.Owner is { } owner && owner != account && await HasMailboxAsync(owner))
        {
            return Taken;
        }

        if (await WriteBindingAsync(proved.Record) is { } taken)
        {
            return taken;
        }

        await ReopenChannelAsync();
        TakeSummary(proved.Summary);
        return State();
    }

    private async Task<Refusal?> WriteBindingAsync(MailboxRecord record)
    {
        using var gate = await _recordGate.EnterAsync();
        if (Record.Owner is { } owner && owner != record.Owner)
        {
            if (await HasMailboxAsync(owner))
            {
                return Taken;
            }

            // Bound to an account that does not know of it: what is here is not the new owner's.
            await CloseChannelAsync();
            await ForgetAsync();
        }

        await WriteRecordAsync(record);
        return null;
    }

    /// <summary>Signs in at the servers; answers what to store, with tokens that may have been renewed for it.</summary>
    private async Task<(MailboxRecord Record, MailboxSummary Summary)> ProveAsync(MailboxRecord record, MailboxSecret secret, CancellationToken cancellation)
    {
        var isFresh = false;
        while (true)
        {
            try
            {
                var credential = secret.Credential(record.User);
                MailboxSummary summary;
                using (var place = await _places.EnterAsync(record.Imap!.Host, cancellation))
                await using (var connection = await _connector.OpenAsync(new MailAccess(record.Imap, credential), cancellation))
                {
                    place.MarkOpen();
                    summary = await connection.SummarizeAsync(_options.SummaryMails, cancellation);
                }

                if (record.Smtp is { } smtp)
                {
                    using var place = await _places.EnterAsync(smtp.Host, cancellation);
                    await _connector.CheckSubmissionAsync(new MailAccess(smtp, credential), cancellation);
                }

                return (record with { Secret = _secrets.Protect(secret) }, summary);
            }
            catch (MailException failure) when (failure.Fault is MailFault.AuthenticationFailed && secret.CanRefresh && !isFresh)
            {
                secret = await _environment.RefreshAsync(secret, cancellation);
                isFresh = true;
            }
        }
    }

    private Task<bool> HasMailboxAsync(string owner) => Observer(owner).HasMailboxAsync(_address);

    /// <summary>Nothing that was read through the last binding is left for the next.</summary>
    private async Task ForgetAsync()
    {
        using var gate = await _mailGate.EnterAsync();
        (_summary, _isSummaryUnsaved) = (null, false);
        await _mail.ClearStateAsync();
        await _contacts.ClearStateAsync();
    }

    /// <summary>The record gate is held.</summary>
    private Task WriteRecordAsync(MailboxRecord record) => _record.ReplaceAsync(record, DeactivateOnIdle);

    private async Task ChangeMailAsync(Func<MailboxMail, MailboxMail> change)
    {
        using var gate = await _mailGate.EnterAsync();
        await _mail.ReplaceAsync(change(_mail.State), DeactivateOnIdle);
    }

    private IAccountMailboxObserver Observer(string account) => GrainFactory.GetGrain<IAccountMailboxObserver>(account);

    private static CancellationTokenSource Limit(CancellationToken cancellation, TimeSpan? most = null)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(most ?? s_patience);
        return limit;
    }

    /// <summary>Starts something in this grain's turns that is none of the caller's: without its context.</summary>
    private static T Start<T>(Func<T> start)
    {
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        return start();
    }

    private static Refusal SlowDown(TimeSpan pause) =>
        new(ErrorCodes.SlowDown, "Too many failed attempts. Wait as long as retryAfterMs says.", pause);

    private static Refusal Taken { get; } =
        new(ErrorCodes.MailboxTaken, "address: this mailbox is bound to another account. Unbind it there first.");

    private static Refusal UnknownMailbox { get; } =
        new(ErrorCodes.UnknownMailbox, "address: no such mailbox is bound to this account. Bind it with mail.bind.");

    private static Refusal TooSlow { get; } =
        new(ErrorCodes.MailUnreachable, "The mail server takes too long. Try again later.", TimeSpan.FromSeconds(5));
}
