using OrleansIM.Client;
using OrleansIM.LoadTest.Checking;

namespace OrleansIM.LoadTest.Town;

/// <summary>What the SDK hands out: its own promise is once, in order, without a gap, over any number of connections. Pure.</summary>
internal sealed class SessionCheck(string session, Findings findings)
{
    private readonly Dictionary<string, long> _cursors = new(StringComparer.OrdinalIgnoreCase);

    public void Take(ImEvent happened)
    {
        switch (happened)
        {
            case PageOpened opened:
                _cursors[opened.Account] = opened.Page.Cursor;
                break;
            case PageGone gone:
                _cursors.Remove(gone.Account);
                break;
            case { Seq: { } seq }:
                Follow(happened.Account, seq);
                break;
        }
    }

    private void Follow(string account, long seq)
    {
        if (!_cursors.TryGetValue(account, out var cursor))
        {
            findings.Add(Fault.Leak, $"{session}: the SDK handed out {seq} of {account}, which has no page");
            return;
        }

        if (seq <= cursor)
        {
            findings.Add(Fault.Duplicated, $"{session}: the SDK handed out {seq} of {account} after {cursor}");
        }
        else if (seq > cursor + 1)
        {
            findings.Add(Fault.Gap, $"{session}: the SDK handed out {seq} of {account} after {cursor}", seq - cursor - 1);
        }

        _cursors[account] = Math.Max(seq, cursor);
    }
}
