namespace OrleansIM.Mail;

/// <content>Waiting for news.</content>
internal sealed partial class BuiltInMailboxConnection
{
    private bool _refusesIdle;

    public async Task<bool> WaitForChangeAsync(TimeSpan most, CancellationToken cancellation)
    {
        try
        {
            return await RunAsync(() => WaitAsync(most, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Nothing was lost: what is under way is read to its end by whoever comes next.
            _isUsable = true;
            throw;
        }
    }

    private async Task<bool> WaitAsync(TimeSpan most, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        await AnsweredAsync(EnterInboxAsync, cancellation);
        while (!session.Mailbox.HasChanged)
        {
            var left = most - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            await (CanIdle ? IdleAsync(left, cancellation) : PollAsync(left, cancellation));
            _toldAt = time.GetTimestamp();
        }

        return true;
    }

    private bool CanIdle => !_refusesIdle && (session.Capabilities.Has("IDLE") || session.Capabilities.Has("IMAP4rev2"));

    private async Task IdleAsync(TimeSpan left, CancellationToken cancellation)
    {
        _toldAt = null;
        await AnsweredAsync(async limited => _refusesIdle = !await session.BeginIdleAsync(limited), cancellation);
        if (_refusesIdle)
        {
            return;
        }

        using (var renewal = new CancellationTokenSource(left < options.IdleRenewal ? left : options.IdleRenewal, time))
        using (var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, renewal.Token))
        {
            try
            {
                await session.ListenAsync(both.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // Time to let the server hear from us, or time is up.
            }
        }

        await AnsweredAsync(session.EndIdleAsync, cancellation);
    }

    private async Task PollAsync(TimeSpan left, CancellationToken cancellation)
    {
        _toldAt = null;
        await Task.Delay(left < options.PollEvery ? left : options.PollEvery, time, cancellation);
        await AnsweredAsync(async limited => await session.RunAsync("NOOP", limited), cancellation);
    }

    /// <summary>
    /// The wait has a long end, each answer in it a short one: a server that has vanished is noticed by what it does not
    /// answer.
    /// </summary>
    private async Task AnsweredAsync(Func<CancellationToken, Task> ask, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(options.AnswerTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            await ask(both.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new MailException(MailFault.Unreachable, $"{session.Host} did not answer within {options.AnswerTimeout.TotalSeconds:0.#} s.");
        }
    }
}
