using System.Collections.ObjectModel;
using OrleansIM.Gateway.Frames;
using OrleansIM.Links;
using OrleansIM.Presence;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Sessions;

/// <summary>This part opens the session: the own account first, then those it is linked with, each as it is ready.</summary>
internal sealed partial class Session
{
    private IReadOnlyDictionary<string, long> _resume = ReadOnlyDictionary<string, long>.Empty;
    private AccountPage? _ownPage;
    private GroupView? _signInView;

    /// <summary>Opens the own account and asks which others the session sees. Refused: as the account refuses.</summary>
    public async Task<Reply> SignInAsync(IReadOnlyDictionary<string, long> resume, IReadOnlyDictionary<string, SessionPresence> presence)
    {
        _resume = resume;
        BeginPresence(presence);

        // Before the account is asked: it may push before its answer is here.
        _services.Registry.Add(this);
        var opened = await OpenAtAccountAsync(_own, Cursor(_own.Id));
        if (opened.Refusal is { } refusal)
        {
            return refusal;
        }

        var entered = await GrainOf(_own).EnterGroupAsync(Id, atSignIn: true);
        if (entered.Refusal is { } notEntered)
        {
            return Faults.IsUnknownSession(notEntered) ? Faults.Unavailable : notEntered;
        }

        _ownPage = opened.Get().Page;
        _signInView = entered.Get();
        _own.Lane.Role = _signInView.Role;
        var accounts = new List<HelloAccount> { new(_own.Id, _signInView.Role, Token.Via) };
        accounts.AddRange(Others(_signInView).Select(member => new HelloAccount(member.Account, member.Role, "link")));
        return Reply.Ok(new HelloAnswer(Id, accounts, _services.Options.Heartbeat));
    }

    /// <summary>Begins to send pages. Called once, when the answer to <c>hello</c> is in the queue.</summary>
    public void Begin()
    {
        ShowPage(_own, _ownPage!);
        var linked = new List<SessionAccount>();
        lock (_gate)
        {
            foreach (var member in Others(_signInView!))
            {
                if (Enter(member) is { } account)
                {
                    linked.Add(account);
                }
            }
        }

        (_ownPage, _signInView) = (null, null);
        _ = SendReadyAsync(linked);
    }

    private IEnumerable<LinkMember> Others(GroupView view) => view.Members.Where(member => member.Account != _own.Id);

    private long? Cursor(string account) => _resume.TryGetValue(account, out var seq) ? seq : null;

    /// <summary>Adds a linked account to the session and begins to open it; null if it is there already.</summary>
    private SessionAccount? Enter(LinkMember member)
    {
        if (_hasEnded || FindHere(member.Account) is not null)
        {
            return null;
        }

        var account = new SessionAccount(member.Account, _services.Directory);
        account.Lane.Role = member.Role;
        account.Presence = PresenceFor(account.Id);
        _accounts = [.. _accounts, account];
        return account;
    }

    private async Task SendReadyAsync(List<SessionAccount> linked)
    {
        linked.ForEach(account => _ = OpenLinkedAsync(account));
        try
        {
            await Task.WhenAll(linked.Select(account => account.Settled)).WaitAsync(_services.Options.PageTimeout, _services.Time, Ended);
        }
        catch (TimeoutException)
        {
            // Their pages come when they are there.
        }
        catch (OperationCanceledException)
        {
            return;
        }

        _queue.Enqueue(new ReadyFrame());
    }

    private async Task OpenLinkedAsync(SessionAccount account)
    {
        for (var failures = 1; ; failures++)
        {
            var opened = await OpenAtAccountAsync(account, Cursor(account.Id));
            if (opened.Refusal is not { } refusal)
            {
                ShowPage(account, opened.Get().Page);
                return;
            }

            if (!Faults.IsPassing(refusal))
            {
                Remove(account, ReasonOf(refusal));
                return;
            }

            account.Settle();
            account.ReleaseLine(LineEnd.Unavailable);
            try
            {
                await Task.Delay(Faults.Pause(failures), _services.Time, Ended);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (account.Lane.State == LaneState.Closed)
            {
                return;
            }
        }
    }

    /// <summary>The lock is held.</summary>
    private void EnqueuePage(SessionAccount account, AccountPage page)
    {
        account.OnShown(page);
        _queue.Enqueue(new PageFrame(account.Id, account.Lane.Role, page));
    }

    private void ShowPage(SessionAccount account, AccountPage page)
    {
        bool left, isAnother;
        lock (_gate)
        {
            left = account.Lane.State == LaneState.Closed;
            isAnother = FindHere(account.Id) is { } current && current != account;
            if (!left)
            {
                EnqueuePage(account, page);
                account.Lane.OnOpened(page.Cursor, page.Head);
                ReleaseSignals(account);
            }
        }

        account.Settle();
        if (!left)
        {
            StartRepair(account);
        }
        else if (!isAnother)
        {
            // It left while it was being opened; if it has come again since, that opening is the one that counts.
            _ = CloseAtAccountAsync(account);
        }
    }
}
