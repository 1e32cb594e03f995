using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime;
using OrleansIM.Mail;
using OrleansIM.Mailboxes;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>
/// The channel (mission M2, M6, M13): a connection that is open while the account has sessions, and comes back by itself.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The source is disposed by the loop it stops; the semaphores hold nothing to dispose.")]
internal sealed partial class MailboxBridgeGrain
{
    // Even if no server says that anything has changed: what was missed is seen, and a connection that is dead found out.
    private static readonly TimeSpan s_lookAnyway = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan s_summarySaved = TimeSpan.FromSeconds(30);

    // Stops the loop that runs; null if none does.
    private CancellationTokenSource? _stop;
    private Task _loop = Task.CompletedTask;
    private ChannelState _channel = new() { Status = ChannelStatus.Closed };
    private StoredSummary? _summary;
    private bool _isSummaryUnsaved;
    private DateTimeOffset _summarySavedAt;
    private long _version;

    // Until when the account wants it open, and when it closes because the last session has ended.
    private DateTimeOffset _until;
    private DateTimeOffset? _closeAt;
    private IGrainTimer? _closeTimer;

    private bool _isAnnouncing;
    private bool _isAnnouncedAgain;

    private StoredSummary? Summary => _summary ?? _mail.State.Summary;

    public Task<MailboxState?> KeepOpenAsync(string account, DateTimeOffset until)
    {
        if (!IsBoundTo(account))
        {
            return Task.FromResult<MailboxState?>(null);
        }

        (_until, _closeAt) = (until, null);
        CloseInTime();
        OpenChannel();
        return Task.FromResult<MailboxState?>(State());
    }

    public Task LetCloseAsync(string account)
    {
        if (IsBoundTo(account) && _until != default)
        {
            CloseSoon();
        }

        return Task.CompletedTask;
    }

    private MailboxState State() => new()
    {
        Address = _address,
        Channel = _channel,
        Unread = Summary?.Unread ?? 0,
        New = Summary?.New,
        Version = _version,
        Epoch = _epoch,
    };

    private void OpenChannel()
    {
        if (_stop is not null)
        {
            return;
        }

        if (Record.IsSecretRefused)
        {
            SetChannel(ChannelRules.Failed(SecretRefused, retryAt: null));
            return;
        }

        var stop = _stop = new CancellationTokenSource();
        SetChannel(new ChannelState { Status = ChannelStatus.Opening });
        _loop = Start(() => RunAsync(stop));
    }

    private async Task CloseChannelAsync()
    {
        SetChannel(new ChannelState { Status = ChannelStatus.Closed });
        if (_stop is { } stop)
        {
            _stop = null;
            await stop.CancelAsync();
        }
    }

    /// <summary>There is a new secret, or new servers.</summary>
    private async Task ReopenChannelAsync()
    {
        await CloseChannelAsync();
        if (_until > _time.GetUtcNow())
        {
            OpenChannel();
        }
    }

    private async Task RunAsync(CancellationTokenSource source)
    {
        // Whoever opens it does not wait for any of this.
        await Task.Yield();
        var stop = source.Token;
        try
        {
            await ComeBackAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Closed.
        }
        finally
        {
            _stop = _stop == source ? null : _stop;
            source.Dispose();
        }
    }

    /// <summary>Holds the channel open, again and again, until it is stopped or the server refuses the secret.</summary>
    private async Task ComeBackAsync(CancellationToken stop)
    {
        var failures = 0;
        while (true)
        {
            var opened = default(DateTimeOffset?);
            var secret = Record.Secret;
            try
            {
                await HoldAsync(() => opened = _time.GetUtcNow(), stop);
            }
            catch (Exception failure) when (!stop.IsCancellationRequested)
            {
                _metrics.OnFailed(failure as MailException);
                if (failure is MailException { Fault: MailFault.AuthenticationFailed } refused)
                {
                    await OnSecretRefusedAsync(refused, secret);
                    return;
                }

                LogChannelFailed(KindOf(failure));
                var now = _time.GetUtcNow();
                failures = now - opened >= ChannelRules.Proven ? 1 : failures + 1;
                var pause = ChannelRules.Pause(failures, _options.RetryFirst, _options.RetryMost, Random.Shared.NextDouble());
                SetChannel(ChannelRules.Failed(failure as MailException ?? Unexpected(failure), now + pause));
                await Task.Delay(pause, _time, stop);
                SetChannel(new ChannelState { Status = ChannelStatus.Opening });
            }
        }
    }

    /// <summary>Opens the channel and tells what comes through it. Ends by exception alone.</summary>
    private async Task HoldAsync(Action onOpen, CancellationToken stop)
    {
        using var place = await _places.EnterAsync(Record.Imap!.Host, stop);
        await using var connection = await SignInAsync(stop);
        place.MarkOpen();
        var summary = await connection.SummarizeAsync(_options.SummaryMails, stop);
        stop.ThrowIfCancellationRequested();
        onOpen();
        TakeSummary(summary);
        SetChannel(new ChannelState { Status = ChannelStatus.Open });
        _ = Start(() => DoChoresAsync(stop));
        while (true)
        {
            await connection.WaitForChangeAsync(s_lookAnyway, stop);
            summary = await connection.SummarizeAsync(_options.SummaryMails, stop);
            stop.ThrowIfCancellationRequested();
            TakeSummary(summary);
        }
    }

    private async Task OnSecretRefusedAsync(MailException refused, string secret)
    {
        using (await _recordGate.EnterAsync())
        {
            if (Record.Owner is null || Record.Secret != secret)
            {
                // There is another one by now, and with it another channel.
                return;
            }

            SetChannel(ChannelRules.Failed(refused, retryAt: null));
            await WriteRecordAsync(Record with { IsSecretRefused = true });
        }

        LogSecretRefused();
    }

    private void SetChannel(ChannelState channel)
    {
        if (channel != _channel)
        {
            _metrics.OnChannel(_channel.Status, channel.Status);
            _channel = channel;
            Changed();
        }
    }

    private void TakeSummary(MailboxSummary summary)
    {
        var taken = new StoredSummary { UidValidity = summary.UidValidity, Unread = summary.Unread, New = [.. summary.Mails.Select(Shown)] };
        if (Summary is { } known && known.Unread == taken.Unread && known.UidValidity == taken.UidValidity && known.New.AsSpan().SequenceEqual(taken.New))
        {
            return;
        }

        _metrics.OnSummary();
        (_summary, _isSummaryUnsaved) = (taken, true);
        Changed();
        if (_time.GetUtcNow() - _summarySavedAt >= s_summarySaved)
        {
            _ = Start(SaveSummaryAsync);
        }
    }

    private static MailSummary Shown(MailItem mail) => new()
    {
        Uid = mail.Uid,
        From = new MailParty { Address = mail.From.Address, Name = mail.From.Name },
        Subject = mail.Subject,
        Preview = mail.Preview,
        Date = mail.Date,
        IsUnread = mail.IsUnread,
    };

    /// <summary>Keeps the summary for the next sign-in. A failure costs only that: the server is asked then.</summary>
    private async Task SaveSummaryAsync()
    {
        if (!_isSummaryUnsaved || Record.Owner is null)
        {
            return;
        }

        (_isSummaryUnsaved, _summarySavedAt) = (false, _time.GetUtcNow());
        try
        {
            await ChangeMailAsync(mail => mail with { Summary = _summary ?? mail.Summary });
        }
#pragma warning disable CA1031 // See above.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogSummaryNotSaved(failure);
        }
    }

    private void CloseSoon()
    {
        _closeAt ??= _time.GetUtcNow() + TimeSpan.FromSeconds(_options.LingerSeconds);
        CloseInTime();
    }

    /// <summary>Sets the timer that closes the channel, and keeps this activation until then.</summary>
    private void CloseInTime()
    {
        // A timer may be a little early; then it is set once more.
        var left = (_closeAt < _until ? _closeAt.Value : _until) - _time.GetUtcNow();
        left = left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left;
        DelayDeactivation(left);
        if (_closeTimer is null)
        {
            _closeTimer = this.RegisterGrainTimer(CloseWhenDueAsync, new GrainTimerCreationOptions(left, Timeout.InfiniteTimeSpan) { Interleave = true });
        }
        else
        {
            _closeTimer.Change(left, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task CloseWhenDueAsync()
    {
        if ((_closeAt < _until ? _closeAt : _until) > _time.GetUtcNow())
        {
            CloseInTime();
            return;
        }

        _closeTimer?.Dispose();
        _closeTimer = null;
        _until = default;
        await CloseChannelAsync();
        await SaveSummaryAsync();
    }

    private void Changed()
    {
        _version++;
        _isAnnouncedAgain = true;
        if (!_isAnnouncing && Record.Owner is not null && _until != default)
        {
            _isAnnouncing = true;
            _ = Start(AnnounceAsync);
        }
    }

    /// <summary>Tells the account, one call at a time; what changes meanwhile goes with the next.</summary>
    private async Task AnnounceAsync()
    {
        await Task.Yield();
        while (_isAnnouncedAgain && Record.Owner is { } owner)
        {
            _isAnnouncedAgain = false;
            try
            {
                if (!await Observer(owner).ShowMailboxAsync(State()) && _stop is not null)
                {
                    CloseSoon();
                }
            }
#pragma warning disable CA1031 // An account that cannot be reached asks when it is there again.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                LogNotShown(failure);
            }
        }

        _isAnnouncing = false;
    }

    private static MailException SecretRefused { get; } =
        new(MailFault.AuthenticationFailed, "The mail server has refused the password. Bind the mailbox again with the right one.");

    private static MailException Unexpected(Exception failure) =>
        new(MailFault.Unreachable, "The channel has failed for a reason of the service's own; it is tried again.", failure);
}
