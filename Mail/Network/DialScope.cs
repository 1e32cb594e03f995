namespace OrleansIM.Mail;

/// <summary>
/// Ties the connections that a mail library dials to the operation it dials them for: they share a budget, and can be cut
/// from outside if the library does not let go. It follows the flow of the call (the dialer is called somewhere below).
/// </summary>
internal sealed class DialScope(ByteBudget budget)
{
    private static readonly AsyncLocal<DialScope?> s_current = new();
    private readonly Lock _lock = new();
    private readonly List<Stream> _streams = [];
    private bool _isCut;

    public static DialScope? Current => s_current.Value;

    public ByteBudget Budget { get; } = budget;

    /// <summary>Begins it in the caller's flow; it ends with the asynchronous method that called this.</summary>
    public static DialScope Begin(long most)
    {
        var scope = new DialScope(new ByteBudget(most));
        s_current.Value = scope;
        return scope;
    }

    public void Add(Stream stream)
    {
        lock (_lock)
        {
            if (!_isCut)
            {
                _streams.Add(stream);
                return;
            }
        }

        stream.Dispose();
    }

    /// <summary>Closes every connection of the scope, at once.</summary>
    public void Cut()
    {
        Stream[] streams;
        lock (_lock)
        {
            _isCut = true;
            streams = [.. _streams];
            _streams.Clear();
        }

        foreach (var stream in streams)
        {
            stream.Dispose();
        }
    }
}
