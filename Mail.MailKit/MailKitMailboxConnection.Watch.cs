using MailKit;
using MailKit.Net.Imap;

namespace OrleansIM.Mail;

/// <content>Waiting for news.</content>
internal sealed partial class MailKitMailboxConnection
{
    /// <summary>How long a server has to end IDLE when nobody waits any more, before the connection is given up.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1.5);

    private CancellationTokenSource? _idling;
    private bool _refusesIdle;
    private bool _hasChanged;
    private bool _asksForFlags;
    private int _count;

    public async Task<bool> WaitForChangeAsync(TimeSpan most, CancellationToken cancellation)
    {
        var hasChanged = await RunAsync("watch the inbox", () => WaitAsync(most, cancellation), cancellation);

        // The connection is in order; only whoever waited has lost patience.
        cancellation.ThrowIfCancellationRequested();
        return hasChanged;
    }

    private bool CanIdle => !_refusesIdle && client.Capabilities.HasFlag(ImapCapabilities.Idle);

    private async Task<bool> WaitAsync(TimeSpan most, CancellationToken cancellation)
    {
        // A command that is broken off costs the connection, so each gets some time to be answered after the cancellation.
        using var end = new CancellationTokenSource();
        using var patience = cancellation.Register(() => end.CancelAfter(s_patience));
        var start = time.GetTimestamp();
        await EnterInboxAsync(end.Token);
        while (!_hasChanged && !cancellation.IsCancellationRequested)
        {
            var left = most - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            await (CanIdle ? IdleAsync(left, end, cancellation) : PollAsync(left, end, cancellation));
        }

        _isFresh = _hasChanged;
        return _hasChanged;
    }

    private async Task IdleAsync(TimeSpan left, CancellationTokenSource end, CancellationToken cancellation)
    {
        using var done = new CancellationTokenSource(left < options.IdleRenewal ? left : options.IdleRenewal, time);
        using var lateEnd = done.Token.Register(() => end.CancelAfter(cancellation.IsCancellationRequested ? s_patience : options.AnswerTimeout));
        using var early = cancellation.Register(done.Cancel);
        _idling = done;
        try
        {
            await client.IdleAsync(done.Token, end.Token);
            end.CancelAfter(Timeout.InfiniteTimeSpan);
        }
        catch (ImapCommandException)
        {
            _refusesIdle = true;
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw Late(late);
        }
        finally
        {
            _idling = null;
        }
    }

    private async Task PollAsync(TimeSpan left, CancellationTokenSource end, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(left < options.PollEvery ? left : options.PollEvery, time, cancellation);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            end.CancelAfter(options.AnswerTimeout);
            await client.NoOpAsync(end.Token);
            end.CancelAfter(Timeout.InfiniteTimeSpan);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw Late(late);
        }
    }

    private MailException Late(Exception late)
        => new(MailFault.Unreachable, $"{host} did not answer within {options.AnswerTimeout.TotalSeconds:0.#} s.", late);

    private void Listen()
    {
        Inbox.CountChanged += (_, _) => NoticeIf(Inbox.Count != _count);
        Inbox.MessageExpunged += (_, _) => NoticeIf(true);
        Inbox.MessagesVanished += (_, gone) => NoticeIf(!gone.Earlier);
        Inbox.MessageFlagsChanged += (_, _) => NoticeIf(true);
        Inbox.UidValidityChanged += (_, _) => NoticeIf(true);

        // MailKit takes flags that are told in the middle of an answer for a part of it.
        Inbox.MessageSummaryFetched += (_, fetched) => NoticeIf(!_asksForFlags && fetched.Message.Fields.HasFlag(MessageSummaryItems.Flags));
    }

    private void NoticeIf(bool hasChanged)
    {
        _count = Inbox.Count;
        if (hasChanged)
        {
            _hasChanged = true;
            _idling?.Cancel();
        }
    }
}
