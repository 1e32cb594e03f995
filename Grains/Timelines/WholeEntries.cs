using System.Text.Json;
using System.Text.Unicode;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Timelines;

/// <summary>
/// Entries that were read from a store, as they go out to clients: as they are, since an entry's data is an event's JSON. One
/// that is none would make a frame that no client can read, and with it everything behind it.
/// </summary>
internal static class WholeEntries
{
    private static readonly byte[] s_damaged = "{\"damaged\":true}"u8.ToArray();

    /// <summary>The same entries; the data of damaged ones says that, and nothing else.</summary>
    public static IReadOnlyList<TimelineEntry> Whole(this IReadOnlyList<TimelineEntry> entries)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (!IsObject(entries[i].Data))
            {
                return [.. entries.Select(entry => IsObject(entry.Data) ? entry : entry with { Data = s_damaged })];
            }
        }

        return entries;
    }

    private static bool IsObject(ReadOnlySpan<byte> data)
    {
        if (!Utf8.IsValid(data))
        {
            return false;
        }

        try
        {
            var json = new Utf8JsonReader(data);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            json.Skip();
            return !json.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
