using OrleansIM.LoadTest.Checking;

namespace OrleansIM.LoadTest.Tests.Checking;

/// <summary>What a faulty server does once.</summary>
public enum Misdeed
{
    None,
    SkipsAnEvent,
    SendsAnEventTwice,
    SwapsTwoEvents,
    SendsAnEventToStrangers,
    OpensAPageForStrangers,
    ForgetsAMessage,
    StoresHalfAMessage,
    StoresAMessageTwice,
    TurnsTwoMessagesAround,
    LosesTheEndOfAStream,
}

/// <summary>
/// A server in a few lines: logs, sessions that are cut and resume, rights that come and go, everything in random order.
/// It does everything right but for one thing.
/// </summary>
internal sealed class ModelServer(int seed, Misdeed misdeed)
{
    private const int Accounts = 4;

    private readonly Random _random = new(seed);
    private readonly List<MessageMark>[] _logs = [.. Enumerable.Range(0, Accounts + 1).Select(_ => new List<MessageMark>())];
    private readonly List<Session> _sessions = [];
    private int _connections;
    private bool _isDone = misdeed == Misdeed.None;

    public CheckedTown Town { get; } = new();

    /// <summary>Whether the misdeed found its moment.</summary>
    public bool HasSinned => _isDone;

    public void Run(int steps)
    {
        for (var viewer = 1; viewer <= Accounts; viewer++)
        {
            _sessions.Add(new Session(viewer, Town.Connect(viewer), ++_connections));
            Open(_sessions[^1], viewer);
        }

        for (var i = 0; i < steps; i++)
        {
            Step();
        }

        Settle();
    }

    private void Step()
    {
        var session = _sessions[_random.Next(_sessions.Count)];
        switch (_random.Next(20))
        {
            case < 8:
                Send();
                break;
            case < 16:
                Deliver(session);
                break;
            case 16:
                Reconnect(session);
                break;
            case 17:
                ChangeRights(session, 1 + _random.Next(Accounts));
                break;
            default:
                session.Check.Ephemeral(session.Viewer, $"a{session.Viewer}", "presence", $"a{1 + _random.Next(Accounts)}");
                break;
        }
    }

    private void Send()
    {
        var (from, to) = (1 + _random.Next(Accounts), 1 + _random.Next(Accounts));
        if (from == to)
        {
            return;
        }

        var mark = Begin(from, to);
        if (Sins(Misdeed.ForgetsAMessage))
        {
            Town.Ledger.Acknowledged(mark, _logs[from].Count + 1_000, Town.Now());
            return;
        }

        _logs[from].Add(mark);
        Town.Ledger.Acknowledged(mark, _logs[from].Count, Town.Now());
        if (Sins(Misdeed.StoresHalfAMessage))
        {
            return;
        }

        if (Sins(Misdeed.TurnsTwoMessagesAround))
        {
            var next = Begin(from, to);
            _logs[from].Add(next);
            Town.Ledger.Acknowledged(next, _logs[from].Count, Town.Now());
            _logs[to].Add(next);
        }

        _logs[to].Add(mark);
        if (Sins(Misdeed.StoresAMessageTwice))
        {
            _logs[to].Add(mark);
        }
    }

    private MessageMark Begin(int from, int to)
    {
        var mark = Ledger.Begin(Town.Ledger.Open(from, to), Town.Now(), Town.Now());
        Town.Ledger.Written(mark, _sessions[from - 1].Connection, ++_sessions[from - 1].Frames);
        return mark;
    }

    private void Deliver(Session session)
    {
        var pages = session.Pages.Where(page => page.Value < _logs[page.Key].Count).ToArray();
        if (pages.Length == 0)
        {
            return;
        }

        var (account, done) = pages[_random.Next(pages.Length)];
        var left = _logs[account].Count - done;
        if (left > 1 && Sins(Misdeed.SkipsAnEvent))
        {
            Emit(session, account, done + 2);
            session.Pages[account] = done + 2;
            return;
        }

        if (left > 1 && Sins(Misdeed.SwapsTwoEvents))
        {
            Emit(session, account, done + 2);
            Emit(session, account, done + 1);
            session.Pages[account] = done + 2;
            return;
        }

        Emit(session, account, done + 1);
        session.Pages[account] = done + 1;
        if (Sins(Misdeed.SendsAnEventTwice))
        {
            Emit(session, account, done + 1);
        }

        if (_sessions.Find(other => !other.Pages.ContainsKey(account)) is { } stranger)
        {
            if (Sins(Misdeed.SendsAnEventToStrangers))
            {
                Emit(stranger, account, done + 1);
            }
            else if (Town.World.Rights.MaySee(stranger.Viewer, account) is false && Sins(Misdeed.OpensAPageForStrangers))
            {
                Open(stranger, account);
            }
        }
    }

    private void Emit(Session session, int account, int seq) => Town.Deliver(session.Check, account, seq, _logs[account][seq - 1]);

    private void Reconnect(Session session)
    {
        session.Check.End();
        session.Check = Town.Connect(session.Viewer);
        (session.Connection, session.Frames) = (++_connections, 0);
        foreach (var (account, done) in session.Pages.ToArray())
        {
            session.Check.Resume(account, done);
            var isResumed = _random.Next(4) != 0;
            session.Check.Page(account, $"a{account}", _logs[account].Count, isResumed, Town.Now());
            session.Pages[account] = isResumed ? done : _logs[account].Count;
        }
    }

    private void ChangeRights(Session session, int account)
    {
        if (account == session.Viewer)
        {
            return;
        }

        var rights = Town.World.Rights;
        rights.Doubt(session.Viewer, account, Town.Now());
        if (session.Pages.Remove(account))
        {
            session.Check.PageGone(account);
            rights.Set(session.Viewer, account, false, Town.Now());
        }
        else
        {
            Open(session, account);
            rights.Set(session.Viewer, account, true, Town.Now());
        }
    }

    private void Open(Session session, int account)
    {
        session.Check.Page(account, $"a{account}", _logs[account].Count, resumed: false, Town.Now());
        session.Pages[account] = _logs[account].Count;
    }

    /// <summary>Everything is delivered and read; what a session lacks is counted as the program does it.</summary>
    private void Settle()
    {
        foreach (var session in _sessions)
        {
            foreach (var (account, done) in session.Pages.ToArray())
            {
                for (var seq = done + 1; seq <= _logs[account].Count; seq++)
                {
                    if (seq == _logs[account].Count && Sins(Misdeed.LosesTheEndOfAStream))
                    {
                        break;
                    }

                    Emit(session, account, seq);
                }

                var cursor = session.Check.Cursors.Single(page => page.Key == account).Value;
                if (cursor < _logs[account].Count)
                {
                    Town.Findings.Add(Fault.Lost, "the end of a stream");
                }
            }

            session.Check.End();
        }

        for (var account = 1; account <= Accounts; account++)
        {
            foreach (var (index, mark) in _logs[account].Index())
            {
                Town.Store(account, index + 1, mark);
            }
        }

        Town.Ledger.Conclude();
    }

    /// <summary>Whether this is the moment: some time after the beginning, once.</summary>
    private bool Sins(Misdeed what)
    {
        if (_isDone || what != misdeed || _random.Next(8) != 0)
        {
            return false;
        }

        return _isDone = true;
    }

    private sealed class Session(int viewer, StreamCheck check, int connection)
    {
        public int Viewer => viewer;

        public StreamCheck Check { get; set; } = check;

        public int Connection { get; set; } = connection;

        public int Frames { get; set; }

        /// <summary>Pages that are open, and how far they are.</summary>
        public Dictionary<int, int> Pages { get; } = [];
    }
}
