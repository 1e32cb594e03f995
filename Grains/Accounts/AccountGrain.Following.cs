using OrleansIM.Grains.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Waits for the commits of messages, those this account sends and those it gets, and takes over what they bring. One
/// wait for all: a batch holds many messages of an account, and to be woken for each would cost more than what is done
/// then.
/// </summary>
internal sealed partial class AccountGrain
{
    // In the order in which they were submitted, which is the order in which they are written; null if there are none.
    private Queue<(Task Commit, OutgoingMessage? Message)>? _followed;

    /// <summary>When the commit has ended: applies and pushes, then tells whoever sent the message.</summary>
    /// <param name="commit">The unit's.</param>
    /// <param name="message">This account's; null for another's, and then that account answers for it.</param>
    private void Follow(Task commit, OutgoingMessage? message = null)
    {
        if (_followed is { } followed)
        {
            followed.Enqueue((commit, message));
            return;
        }

        _followed = new();
        _followed.Enqueue((commit, message));
        _ = FollowAsync(_followed);
    }

    private async Task FollowAsync(Queue<(Task Commit, OutgoingMessage? Message)> followed)
    {
        while (followed.TryPeek(out var first))
        {
            await first.Commit.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

            // Counted before: what ends while this is published has to wait, for its entries may not be among them.
            var ended = CountEnded(followed);
            var failure = TryPublish();
            for (; ended > 0; ended--)
            {
                var (commit, message) = followed.Dequeue();
                End(message, commit.IsCompletedSuccessfully ? failure : commit.Exception?.InnerException ?? new TaskCanceledException(commit));
            }
        }

        _followed = null;
    }

    private static int CountEnded(Queue<(Task Commit, OutgoingMessage? Message)> followed)
    {
        var ended = 0;
        foreach (var (commit, _) in followed)
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

    private void End(OutgoingMessage? message, Exception? failure)
    {
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
