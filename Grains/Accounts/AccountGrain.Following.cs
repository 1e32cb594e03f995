using OrleansIM.Grains.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Waits for the commits of messages, those this account sends and those it gets, and takes over what they bring. One
/// wait for all: a batch holds many messages of an account, and to be woken for each would cost more than what is done
/// then.
/// </summary>
internal sealed partial class AccountGrain
{
    // Those behind the one that is waited for, in the order in which they were submitted, which is the order in which they
    // are written; null most of the time.
    private Queue<(Task Commit, OutgoingMessage? Message)>? _followed;
    private bool _isFollowing;

    /// <summary>When the commit has ended: applies and pushes, then tells whoever sent the message.</summary>
    /// <param name="commit">The unit's.</param>
    /// <param name="message">This account's; null for another's, and then that account answers for it.</param>
    private void Follow(Task commit, OutgoingMessage? message = null)
    {
        if (_isFollowing)
        {
            (_followed ??= new()).Enqueue((commit, message));
            return;
        }

        _isFollowing = true;
        _ = FollowAsync(commit, message);
    }

    private async Task FollowAsync(Task commit, OutgoingMessage? message)
    {
        var next = (Commit: commit, Message: message);
        do
        {
            await next.Commit.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

            // Counted before: what ends while this is published has to wait, for its entries may not be among them.
            var ended = CountEnded();
            var failure = TryPublish();
            End(next.Commit, next.Message, failure);
            for (; ended > 0; ended--)
            {
                var (also, its) = _followed!.Dequeue();
                End(also, its, failure);
            }
        }
        while (_followed?.TryDequeue(out next) == true);

        _followed = null;
        _isFollowing = false;
    }

    /// <summary>How many of those behind have ended, up to the first that has not.</summary>
    private int CountEnded()
    {
        if (_followed is null)
        {
            return 0;
        }

        var ended = 0;
        foreach (var (commit, _) in _followed)
        {
            if (!commit.IsCompleted)
            {
                break;
            }

            ended++;
        }

        return ended;
    }

    private Exception? TryPublish()
    {
        try
        {
            Publish();
            return null;
        }
#pragma warning disable CA1031 // Handed to whoever sent the messages.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return failure;
        }
    }

    /// <summary>Tells whoever sent a message, if it was this account's, or starts anew where that has to be.</summary>
    /// <param name="commit">What was waited for.</param>
    /// <param name="message">This account's; null for another's.</param>
    /// <param name="failure">Why what it brought was not published.</param>
    private void End(Task commit, OutgoingMessage? message, Exception? failure)
    {
        failure = commit.IsCompletedSuccessfully ? failure : commit.Exception?.InnerException ?? new TaskCanceledException(commit);
        if (message is not null)
        {
            message.Outcome = failure is null ? null : OnFailed(failure);
            message.Failure = message.Outcome is null ? failure : null;
            _ = SettleAsync(message);
        }
        else if (failure is not null)
        {
            // A duplicate is nothing to this account: the sender finds out what it stored before.
            OnFailed(failure);
        }
    }
}
