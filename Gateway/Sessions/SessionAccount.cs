using OrleansIM.Accounts;
using OrleansIM.Mailboxes;
using OrleansIM.Presence;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Sessions;

/// <summary>An account that is, or was, in a session. When it leaves and comes again, it is a new one.</summary>
internal sealed class SessionAccount(string id, IAccountDirectory directory)
{
    /// <summary>Signals that are kept until the page is out: who came online meanwhile is not in it.</summary>
    public const int MaxHeldSignals = 128;

    private static readonly TaskCompletionSource s_isSettled = Done();

    private IAccountGrain? _grain;
    private RequestLine? _line;
    private List<(string Event, byte[] Data)>? _signals;
    private volatile TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id { get; } = id;

    /// <summary>Looked up for the first request, and kept for those that follow.</summary>
    public IAccountGrain Grain => _grain ??= directory.Account(Id);

    /// <summary>The same account, as far as its app passwords go. Looked up when it is asked: most never are.</summary>
    public IAccountAppPasswordsGrain AppPasswords => directory.AppPasswords(Id);

    /// <summary>The same account, as far as its mailboxes go. Looked up when it is asked: most never are.</summary>
    public IAccountMailGrain Mail => directory.Mail(Id);

    /// <summary>Addresses of the mailboxes that the client was shown on a page.</summary>
    public IReadOnlyList<string> Mailboxes { get; private set; } = [];

    public AccountLane Lane { get; } = new(id);

    /// <summary>Made for the first request, or when requests have to wait.</summary>
    public RequestLine Line => _line ?? Interlocked.CompareExchange(ref _line, new RequestLine(), null) ?? _line;

    /// <summary>As <see cref="RequestLine.Holds"/>.</summary>
    public int LineHolds => Volatile.Read(ref _line)?.Holds ?? 0;

    /// <summary>The order of the client's requests, where calls may overtake one another. Of the receive loop alone.</summary>
    public RequestOrder Order => field ??= new();

    /// <summary>Done when the first attempt to open the account has come to an end.</summary>
    public Task Settled => _settled.Task;

    /// <summary>What the client has said about its user here; null if nothing.</summary>
    public SessionPresence? Presence { get; set; }

    /// <summary>Signals wait: what the account answers when it is opened again goes before them.</summary>
    public bool HoldsSignals { get; set; }

    /// <summary>The client is shown a page.</summary>
    public void OnShown(AccountPage page) => Mailboxes = page.Mailboxes.Length == 0 ? [] : Array.ConvertAll(page.Mailboxes, mailbox => mailbox.Address);

    /// <summary>The first attempt to open the account has come to an end.</summary>
    public void Settle()
    {
        // Everybody who is done shares one: a session lives long, and the first attempt is short.
        var settled = _settled;
        _settled = s_isSettled;
        settled.TrySetResult();
    }

    /// <summary>As <see cref="RequestLine.Release"/>; where there is no line, nobody waits in it.</summary>
    public void ReleaseLine(LineEnd end, int? holds = null) => Volatile.Read(ref _line)?.Release(end, holds);

    public void HoldSignal(string name, byte[] data)
    {
        _signals ??= [];
        if (_signals.Count < MaxHeldSignals)
        {
            _signals.Add((name, data));
        }
    }

    public IReadOnlyList<(string Event, byte[] Data)> TakeSignals()
    {
        HoldsSignals = false;
        var signals = _signals;
        _signals = null;
        return signals ?? [];
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
