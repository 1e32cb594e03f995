using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Gateway.Frames;

/// <summary>
/// A durable event. The entry's data is JSON already, so only the envelope is put around it: the data of an entry for
/// many sessions was serialized once, by its account.
/// </summary>
internal readonly struct EntryFrame(string account, TimelineEntry entry) : IFrame
{
    public void Write(IBufferWriter<byte> output)
    {
        var name = EventNames.Of(entry.Kind);
        var data = entry.Data;
        var span = output.GetSpan(96 + name.Length + account.Length + data.Length);
        var end = new Utf8Cursor(span);
        end.Put("{\"ev\":\""u8);
        end.Put(name);
        end.Put("\",\"account\":\""u8);
        end.Put(account);
        end.Put("\",\"seq\":"u8);
        end.Put(entry.Seq);
        end.Put(",\"data\":"u8);
        end.Put(data);
        end.Put("}"u8);
        output.Advance(end.Position);
    }
}

/// <summary>An ephemeral event.</summary>
internal readonly struct SignalFrame(string account, string name, byte[] data) : IFrame
{
    public void Write(IBufferWriter<byte> output)
    {
        var span = output.GetSpan(64 + (name.Length * 3) + account.Length + data.Length);
        var end = new Utf8Cursor(span);
        end.Put("{\"ev\":\""u8);
        end.Put(name);
        end.Put("\",\"account\":\""u8);
        end.Put(account);
        end.Put("\",\"data\":"u8);
        end.Put(data);
        end.Put("}"u8);
        output.Advance(end.Position);
    }
}

/// <summary>All pages of the session are there.</summary>
internal readonly struct ReadyFrame : IFrame
{
    public void Write(IBufferWriter<byte> output) => output.Write("""{"ev":"ready","data":{}}"""u8);
}

/// <summary>The account has left the session.</summary>
internal readonly struct PageGoneFrame(string account, string reason) : IFrame
{
    public void Write(IBufferWriter<byte> output)
    {
        var json = JsonWriters.Borrow(output);
        json.WriteStartObject();
        json.WriteString("ev"u8, "pageGone"u8);
        json.WriteString("account"u8, account);
        json.WriteStartObject("data"u8);
        json.WriteString("reason"u8, reason);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
    }
}

/// <summary>Somebody's presence; without one, offline.</summary>
internal readonly struct PresenceFrame(string account, string contact, PresenceInfo? presence) : IFrame
{
    public void Write(IBufferWriter<byte> output)
    {
        var json = JsonWriters.Borrow(output);
        json.WriteStartObject();
        json.WriteString("ev"u8, "presence"u8);
        json.WriteString("account"u8, account);
        json.WriteStartObject("data"u8);
        json.WriteString("contact"u8, contact);
        WireMapping.WritePresence(json, presence);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
    }
}

/// <summary>The last frame of a stream.</summary>
internal readonly struct ByeFrame(int code, TimeSpan? after) : IFrame
{
    public void Write(IBufferWriter<byte> output)
    {
        var json = JsonWriters.Borrow(output);
        json.WriteStartObject();
        json.WriteString("ev"u8, "bye"u8);
        json.WriteStartObject("data"u8);
        json.WriteNumber("code"u8, code);
        json.WriteBoolean("reconnect"u8, CloseCodes.Reconnect[code]);
        if (after is { } pause)
        {
            json.WriteNumber("afterMs"u8, (long)pause.TotalMilliseconds);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
    }
}

/// <summary>The names of durable events on the wire.</summary>
internal static class EventNames
{
    public static ReadOnlySpan<byte> Of(EntryKind kind) => kind switch
    {
        EntryKind.Message => "message"u8,
        EntryKind.Receipt => "receipt"u8,
        EntryKind.Contact => "contact"u8,
        EntryKind.Profile => "profile"u8,
        EntryKind.Settings => "settings"u8,
        EntryKind.Custom => "custom"u8,
        EntryKind.Link => "link"u8,
        EntryKind.Group => "group"u8,

        // Of a newer version, or damaged: it has its place in the order, and clients count what they do not know.
        _ => "unknown"u8,
    };
}

/// <summary>Where the next byte goes in a span that is large enough.</summary>
internal ref struct Utf8Cursor(Span<byte> span)
{
    private readonly Span<byte> _span = span;

    public int Position { get; private set; }

    public void Put(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_span[Position..]);
        Position += bytes.Length;
    }

    public void Put(string text) => Position += Encoding.UTF8.GetBytes(text, _span[Position..]);

    public void Put(long number)
    {
        Utf8Formatter.TryFormat(number, _span[Position..], out var length);
        Position += length;
    }
}
