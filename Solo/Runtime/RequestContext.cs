namespace Orleans.Runtime;

/// <summary>Values that travel with calls, from the caller down to everything that is called. Nothing comes back up.</summary>
public static class RequestContext
{
    private const string ReentrancyKey = "#CCR";

    // The dictionary is never changed once it is in here: calls in flight hold it.
    private static readonly AsyncLocal<Dictionary<string, object>?> s_values = new();

    public static Guid ReentrancyId
    {
        get => Get(ReentrancyKey) is Guid id ? id : Guid.Empty;
        set
        {
            if (value == Guid.Empty)
            {
                Remove(ReentrancyKey);
            }
            else
            {
                Set(ReentrancyKey, value);
            }
        }
    }

    public static IEnumerable<string> Keys => s_values.Value?.Keys ?? Enumerable.Empty<string>();
    public static IEnumerable<KeyValuePair<string, object>> Entries => s_values.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    public static object? Get(string key) => s_values.Value is { } values && values.TryGetValue(key, out var value) ? value : null;

    public static void Set(string key, object value) => s_values.Value = new(s_values.Value ?? []) { [key] = value };

    public static bool Remove(string key)
    {
        if (s_values.Value is not { } values || !values.ContainsKey(key))
        {
            return false;
        }

        var rest = new Dictionary<string, object>(values);
        rest.Remove(key);
        s_values.Value = rest.Count == 0 ? null : rest;
        return true;
    }

    public static void Clear() => s_values.Value = null;

    /// <summary>Calls that come back to this grain from what is called in the section run at once instead of waiting.</summary>
    public static ReentrancySection AllowCallChainReentrancy()
    {
        var current = ReentrancyId;
        return new(current, current == Guid.Empty ? Guid.NewGuid() : current);
    }

    public static ReentrancySection SuppressCallChainReentrancy() => new(ReentrancyId, Guid.Empty);

    internal static Dictionary<string, object>? Export() => s_values.Value;

    internal static void Import(Dictionary<string, object>? values)
    {
        if (values is not null)
        {
            s_values.Value = values;
        }
    }

    internal static Guid ReentrancyIdOf(Dictionary<string, object>? values)
        => values is not null && values.TryGetValue(ReentrancyKey, out var value) && value is Guid id ? id : Guid.Empty;

    public readonly struct ReentrancySection : IDisposable
    {
        private readonly Guid _before;
        private readonly Guid _inside;

        public ReentrancySection(Guid originalReentrancyId, Guid newReentrancyId)
        {
            (_before, _inside) = (originalReentrancyId, newReentrancyId);
            if (_inside != _before)
            {
                ReentrancyId = _inside;
            }

            if (_inside != Guid.Empty)
            {
                (RuntimeContext.Current as Activation)?.EnterReentrantSection(_inside);
            }
        }

        public void Dispose()
        {
            if (_inside != Guid.Empty)
            {
                (RuntimeContext.Current as Activation)?.LeaveReentrantSection(_inside);
            }

            if (_inside != _before)
            {
                ReentrancyId = _before;
            }
        }
    }
}
