using System.Text.Json;
using OrleansIM.Gateway.Frames;
using OrleansIM.Links;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Sessions;

/// <summary>This part follows the link group of the own account while the session lives.</summary>
internal sealed partial class Session
{
    private byte[]? _linkChange;
    private byte[]? _lastLinkChange;
    private bool _refreshing;
    private bool _refreshAgain;

    /// <summary>After entries were forwarded: a change of the link group among them is looked into.</summary>
    private void AfterForwarding()
    {
        // Whoever forwards a change comes here himself, so a look without the lock is enough.
        if (_linkChange is null)
        {
            return;
        }

        lock (_gate)
        {
            if (_linkChange is null)
            {
                return;
            }

            (_lastLinkChange, _linkChange) = (_linkChange, null);
        }

        RefreshGroup();
    }

    private void RefreshGroup()
    {
        lock (_gate)
        {
            if (_refreshing)
            {
                _refreshAgain = true;
                return;
            }

            _refreshing = true;
        }

        _ = RefreshGroupAsync();
    }

    private async Task RefreshGroupAsync()
    {
        var failures = 0;
        do
        {
            while (!await TryRefreshAsync())
            {
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
        while (RefreshesAgain());
    }

    private bool RefreshesAgain()
    {
        lock (_gate)
        {
            _refreshing = _refreshAgain && !_hasEnded;
            _refreshAgain = false;
            return _refreshing;
        }
    }

    private async Task<bool> TryRefreshAsync()
    {
        try
        {
            var entered = await GrainOf(_own).EnterGroupAsync(Id, atSignIn: false);
            if (Faults.IsUnknownSession(entered.Refusal))
            {
                OnForgotten(_own);
                return false;
            }

            if (entered.Refusal is { } refusal)
            {
                Log.Refused(_logger, Id, refusal.Code);
                return !Faults.IsPassing(refusal);
            }

            Apply(entered.Get());
            return true;
        }
        catch (Exception e)
        {
            Log.GroupFailed(_logger, e, Id);
            return false;
        }
    }

    private void Apply(GroupView view)
    {
        var entered = new List<SessionAccount>();
        var gone = new List<SessionAccount>();
        byte[]? change;
        lock (_gate)
        {
            var roles = Others(view).ToDictionary(member => member.Account, member => member.Role);
            _own.Lane.Role = view.Role;
            gone.AddRange(_accounts.Where(account => account != _own && !roles.ContainsKey(account.Id)));
            foreach (var member in Others(view))
            {
                if (FindHere(member.Account) is { } account)
                {
                    account.Lane.Role = member.Role;
                }
                else if (Enter(member) is { } added)
                {
                    entered.Add(added);
                }
            }

            change = _lastLinkChange;
        }

        foreach (var account in gone)
        {
            Remove(account, ReasonOf(account.Id, view, change));
            _ = CloseAtAccountAsync(account);
        }

        entered.ForEach(account => _ = OpenLinkedAsync(account));
    }

    private static string ReasonOf(string account, GroupView view, byte[]? change)
    {
        var reason = view.Rejected.FirstOrDefault(rejection => rejection.Account == account)?.Reason ?? RejectedIn(change, account);
        return reason switch
        {
            PageGone.CredentialsChanged or ErrorCodes.BadCredentials => PageGone.CredentialsChanged,
            PageGone.Disabled => PageGone.Disabled,
            PageGone.Deleted or ErrorCodes.UnknownAccount => PageGone.Deleted,
            _ => view.Role == LinkRole.Secondary ? PageGone.Role : PageGone.Unlinked,
        };
    }

    /// <summary>The reason that the last <c>link</c> event gives for an account that was dropped.</summary>
    private static string? RejectedIn(byte[]? change, string account)
    {
        if (change is null)
        {
            return null;
        }

        using var json = JsonDocument.Parse(change);
        if (!json.RootElement.TryGetProperty("rejected"u8, out var rejected) || rejected.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        foreach (var one in rejected.EnumerateArray())
        {
            if (one.GetProperty("account"u8).ValueEquals(account))
            {
                return one.GetProperty("reason"u8).GetString();
            }
        }

        return null;
    }
}
