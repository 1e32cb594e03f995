using System.Text.Json;

namespace OrleansIM.Client.Internal;

/// <summary>
/// What the user has said of himself. The server forgets it with the connection, so each <c>hello</c> says it again:
/// who is invisible is not seen while the client reconnects.
/// </summary>
internal sealed class SaidPresence
{
    private const string Others = "*";

    private readonly object _gate = new();
    private readonly Dictionary<string, Presence> _said = new(StringComparer.OrdinalIgnoreCase);

    public SaidPresence(Presence? first)
    {
        if (first is not null)
        {
            _said[Others] = first;
        }
    }

    /// <param name="account">Of one account; null for all, also those that come later.</param>
    /// <param name="presence">What was said.</param>
    public void Say(string? account, Presence presence)
    {
        lock (_gate)
        {
            if (account is null)
            {
                _said.Clear();
            }

            _said[account ?? Others] = presence;
        }
    }

    /// <summary>Writes the field of <c>hello</c>, if there is anything to say.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        lock (_gate)
        {
            if (_said.Count == 0)
            {
                return;
            }

            writer.WriteStartObject("presence");
            foreach (var (account, presence) in _said)
            {
                writer.WriteStartObject(account);
                writer.WriteString("status", presence.Status);
                writer.WriteOptional("note", presence.Note);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }
    }
}
