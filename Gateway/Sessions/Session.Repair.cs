using OrleansIM.Accounts;
using OrleansIM.Gateway.Frames;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Sessions;

/// <summary>This part brings a lane back in step with its account: reads the log, opens the session again.</summary>
internal sealed partial class Session
{
    // Requests wait for so many attempts, a second in all, while the own account is opened again first.
    private const int ProofAttempts = 4;

    private void OnForgotten(SessionAccount account)
    {
        bool repair;
        lock (_gate)
        {
            if (account.Lane.State == LaneState.Closed)
            {
                return;
            }

            account.Line.Hold();
            repair = account.Lane.OnForgotten();
        }

        if (repair)
        {
            StartRepair(account);
        }
    }

    private void StartRepair(SessionAccount account) => _ = RepairAsync(account);

    private async Task RepairAsync(SessionAccount account)
    {
        var failures = 0;
        while (TakeStep(account, out var seen) is var step && step != LaneStep.None)
        {
            var done = step == LaneStep.Pull ? await PullAsync(account, seen) : await ReopenAsync(account, seen, failures);
            if (done)
            {
                failures = 0;
                continue;
            }

            try
            {
                await Task.Delay(Faults.Pause(++failures), _services.Time, Ended);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private LaneStep TakeStep(SessionAccount account, out long seen)
    {
        LaneStep step;
        int holds;
        lock (_gate)
        {
            var sink = new QueueSink(this);
            holds = account.LineHolds;
            step = account.Lane.NextStep(ref sink);
            seen = account.Lane.Seen;
        }

        AfterForwarding();
        if (step != LaneStep.Reopen)
        {
            account.ReleaseLine(LineEnd.Open, holds);
        }

        return step;
    }

    /// <summary>False if it has to be tried again after a pause.</summary>
    private async Task<bool> PullAsync(SessionAccount account, long after)
    {
        try
        {
            var read = await GrainOf(account).ReadEntriesAsync(Id, after, SessionServices.PullPage);
            if (Faults.IsUnknownSession(read.Refusal))
            {
                OnForgotten(account);
                return true;
            }

            if (read.Refusal is { } refusal)
            {
                return !Faults.IsPassing(refusal) && Leave(account, refusal);
            }

            bool whole;
            lock (_gate)
            {
                var sink = new QueueSink(this);
                whole = account.Lane.OnPulled(read.Value, ref sink);
            }

            AfterForwarding();
            return whole;
        }
        catch (Exception e)
        {
            Log.PullFailed(_logger, e, Id);
            return false;
        }
    }

    /// <summary>False if it has to be tried again after a pause.</summary>
    private async Task<bool> ReopenAsync(SessionAccount account, long seen, int failures)
    {
        HoldSignals(account);
        var opened = await OpenAtAccountAsync(account, seen);
        if (opened.Refusal is not { } refusal)
        {
            ShowReopened(account, opened.Get().Page);
            await QuietAsync(account);
            return true;
        }

        if (!Faults.IsPassing(refusal))
        {
            return Leave(account, refusal);
        }

        lock (_gate)
        {
            account.Lane.OnReopenFailed();
        }

        if (!Faults.IsUnprovedSession(refusal) || failures >= ProofAttempts)
        {
            account.ReleaseLine(LineEnd.Unavailable);
        }

        return false;
    }

    /// <summary>Waits for the requests that the account refused before it was open again, so that they go on in order.</summary>
    private async Task QuietAsync(SessionAccount account)
    {
        try
        {
            await account.Line.QuietAsync().WaitAsync(SessionServices.QuietTimeout, _services.Time, Ended);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // A call that takes that long was lost with its silo: its order was lost with it.
        }
    }

    private void ShowReopened(SessionAccount account, AccountPage page)
    {
        lock (_gate)
        {
            if (account.Lane.State == LaneState.Closed)
            {
                return;
            }

            if (page.Resumed)
            {
                account.Lane.OnOpened(account.Lane.Seen, page.Head);
                ShowPresence(account, page);
                ShowMailboxes(account, page);
                ReleaseSignals(account);
                return;
            }

            // Too far behind to go on: the client reloads the page.
            EnqueuePage(account, page);
            account.Lane.OnOpened(page.Cursor, page.Head);
            ReleaseSignals(account);
        }
    }

    /// <summary>An account that does not let this session in any more leaves it; the own account ends it.</summary>
    private bool Leave(SessionAccount account, Refusal refusal)
    {
        if (account == _own)
        {
            Log.Refused(_logger, Id, refusal.Code);
            var expired = Token.ExpiresAt <= _services.Time.GetUtcNow();
            lock (_gate)
            {
                account.Lane.Close();
            }

            account.ReleaseLine(LineEnd.Gone);
            _stream.Close(expired ? CloseCodes.BadToken : CloseCodes.SignedOut);
        }
        else
        {
            Remove(account, ReasonOf(refusal));
        }

        return true;
    }

    private static string ReasonOf(Refusal refusal) => refusal.Code switch
    {
        ErrorCodes.Disabled => PageGone.Disabled,
        ErrorCodes.UnknownAccount => PageGone.Deleted,
        _ => PageGone.Unlinked,
    };

    /// <summary>For calls of the session's own. Sessions that never ask an account keep no reference to it.</summary>
    private IAccountGrain GrainOf(SessionAccount account) => _services.Directory.Account(account.Id);

    /// <summary>Exceptions become refusals here, so that there is one way to fail.</summary>
    private async Task<Outcome<OpenedSession>> OpenAtAccountAsync(SessionAccount account, long? resumeFrom)
    {
        try
        {
            var opened = await GrainOf(account).OpenSessionAsync(new OpenSession
            {
                Session = Id,
                Token = Token,
                Gateway = _services.Registry.ObserverOf(account.Id),
                Node = _services.Directory.Node,
                ResumeFrom = resumeFrom,
                Presence = account.Presence,
            });
            if (Faults.IsUnprovedSession(opened.Refusal))
            {
                // The own account was activated anew as well, and asking it for the group shows that.
                RefreshGroup();
            }

            return opened;
        }
        catch (Exception e)
        {
            Log.OpenFailed(_logger, e, Id);
            return Faults.ToRefusal(e);
        }
    }
}
