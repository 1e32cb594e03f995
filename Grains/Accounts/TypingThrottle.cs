namespace OrleansIM.Grains.Accounts;

/// <summary>Lets an account say the same to the same peer once per interval. Gets the time from outside.</summary>
internal sealed class TypingThrottle(TimeSpan interval)
{
    // What is older than the interval says nothing any more: it goes when the next thing is said.
    private readonly Queue<(DateTimeOffset At, string To, bool On)> _order = new();
    private readonly HashSet<(string To, bool On)> _said = [];

    public int Count => _said.Count;

    public bool Lets(string to, bool on, DateTimeOffset now)
    {
        while (_order.TryPeek(out var oldest) && now - oldest.At >= interval)
        {
            _order.Dequeue();
            _said.Remove((oldest.To, oldest.On));
        }

        if (!_said.Add((to, on)))
        {
            return false;
        }

        _order.Enqueue((now, to, on));
        return true;
    }
}
