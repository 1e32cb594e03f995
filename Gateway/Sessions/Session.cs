using Microsoft.Extensions.Logging;
using OrleansIM.Accounts;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Tokens;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Gateway.Sessions;

/// <summary>
/// One signed-in stream: the merge of the accounts it sees. This part takes what accounts push. Whatever goes to the
/// client about an account goes while <see cref="_gate"/> is held and the account is in the session, so that nothing of
/// an account can follow its <c>pageGone</c>.
/// </summary>
internal sealed partial class Session : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly SessionServices _services;
    private readonly SendQueue _queue;
    private readonly IStreamOwner _stream;
    private readonly SessionAccount _own;
    private readonly ILogger _logger;
    // Never changed, but replaced: they are few, and stay as they are for long.
    private SessionAccount[] _accounts;
    private bool _hasEnded;

    public Session(SessionServices services, TokenClaims token, SendQueue queue, IStreamOwner stream)
    {
        (_services, Token, _queue, _stream) = (services, token, queue, stream);
        _logger = services.Logger;
        Ended = _ended.Token;
        _own = new SessionAccount(token.Account, services.Directory);
        _accounts = [_own];
    }

    public string Id { get; } = RandomIds.Next();

    public TokenClaims Token { get; }

    /// <summary>The account that signed in.</summary>
    public SessionAccount Own => _own;

    /// <summary>Cancelled when the stream has ended.</summary>
    public CancellationToken Ended { get; }

    /// <summary>The account of that id if it is in the session.</summary>
    public SessionAccount? Find(string account)
    {
        lock (_gate)
        {
            return FindHere(account);
        }
    }

    /// <summary>The accounts that were opened and have not left.</summary>
    public void CollectOpened(List<string> accounts)
    {
        lock (_gate)
        {
            foreach (var account in _accounts)
            {
                if (account.Lane.State != LaneState.Opening)
                {
                    accounts.Add(account.Id);
                }
            }
        }
    }

    /// <summary>Answers a request about an account, which must still be in the session by then.</summary>
    public void Answer(byte[] id, SessionAccount about, in Reply reply)
    {
        lock (_gate)
        {
            _queue.Enqueue(new AnswerFrame(id, about.Lane.State == LaneState.Closed ? SessionRefusals.Forbidden : reply));
        }
    }

    public void OnEntries(string id, TimelineEntry[] entries)
    {
        SessionAccount? account;
        var repair = false;
        lock (_gate)
        {
            account = FindHere(id);
            if (account is null)
            {
                return;
            }

            var sink = new QueueSink(this);
            repair = account.Lane.OnPushed(entries, ref sink);
        }

        AfterForwarding();
        if (repair)
        {
            StartRepair(account);
        }
    }

    public void OnSignal(PushedSignal push)
    {
        lock (_gate)
        {
            if (FindHere(push.Account) is not { } account)
            {
                return;
            }

            if (account.Lane.State == LaneState.Opening || account.HoldsSignals)
            {
                account.HoldSignal(push.Event, push.Data);
                return;
            }

            _queue.EnqueueEphemeral(new SignalFrame(account.Id, push.Event, push.Data));
        }
    }

    public void OnEnded(string id, SessionEnd reason)
    {
        if (Find(id) is not { } account)
        {
            return;
        }

        if (reason == SessionEnd.Restarted)
        {
            OnForgotten(account);
        }
        else if (account == _own)
        {
            Log.SignedOut(_logger, Id, reason);
            _stream.Close(CloseCodes.SignedOut);
        }
        else
        {
            Remove(account, WireMapping.Name(reason) ?? PageGone.Unlinked);

            // Should it be back already (unlinked and linked again), this end was of the past.
            RefreshGroup();
        }
    }

    /// <summary>A renewal has told how far the log is.</summary>
    public void OnHead(string id, long head)
    {
        SessionAccount? account;
        bool repair;
        lock (_gate)
        {
            account = FindHere(id);
            repair = account?.Lane.OnHead(head) == true;
        }

        if (repair)
        {
            StartRepair(account!);
        }
    }

    /// <summary>A renewal has told that the account does not know the session.</summary>
    public void OnUnknown(string id)
    {
        if (Find(id) is { } account)
        {
            OnForgotten(account);
        }
    }

    /// <summary>The client has read on: accounts that fell behind catch up from the log.</summary>
    public void OnDrained()
    {
        List<SessionAccount>? behind = null;
        lock (_gate)
        {
            foreach (var account in _accounts)
            {
                if (account.Lane.OnRoom())
                {
                    (behind ??= []).Add(account);
                }
            }
        }

        behind?.ForEach(StartRepair);
    }

    /// <summary>Ends the session at all its accounts. Takes a few seconds at most.</summary>
    public async Task EndAsync()
    {
        SessionAccount[] accounts;
        lock (_gate)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            accounts = _accounts;
            _accounts = [];
            foreach (var account in accounts)
            {
                account.Lane.Close();
            }
        }

        _services.Registry.Remove(this);
        await _ended.CancelAsync();
        foreach (var account in accounts)
        {
            account.ReleaseLine(LineEnd.Gone);
            account.Settle();
        }

        await Task.WhenAll(accounts.Select(CloseAtAccountAsync));
    }

    public void Dispose() => _ended.Dispose();

    private void Remove(SessionAccount account, string reason)
    {
        lock (_gate)
        {
            if (account.Lane.State == LaneState.Closed)
            {
                return;
            }

            account.Lane.Close();
            _accounts = Array.FindAll(_accounts, other => other != account);
            _queue.Enqueue(new PageGoneFrame(account.Id, reason));
        }

        account.ReleaseLine(LineEnd.Gone);
        account.Settle();
        Log.PageGone(_logger, Id, reason);
    }

    /// <summary>The lock is held.</summary>
    private SessionAccount? FindHere(string id)
    {
        foreach (var account in _accounts)
        {
            if (account.Id == id)
            {
                return account;
            }
        }

        return null;
    }

    // A lease would end it too; this is only sooner.
    private async Task CloseAtAccountAsync(SessionAccount account)
    {
        try
        {
            await GrainOf(account).CloseSessionAsync(Id).WaitAsync(SessionServices.CloseTimeout, _services.Time);
        }
        catch (Exception e)
        {
            Log.CloseFailed(_logger, e, Id);
        }
    }

    /// <summary>Puts a lane's entries into the client's queue, and notices changes of the link group among them.</summary>
    private readonly struct QueueSink(Session session) : ILaneSink
    {
        public bool TryForward(string account, TimelineEntry entry)
        {
            if (!session._queue.TryEnqueueDurable(new EntryFrame(account, entry)))
            {
                return false;
            }

            if (entry.Kind == EntryKind.Link && account == session._own.Id)
            {
                session._linkChange = entry.Data;
            }

            return true;
        }
    }
}
