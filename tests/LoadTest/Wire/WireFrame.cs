using System.Text.Json;

namespace OrleansIM.LoadTest.Wire;

/// <summary>The parts of a frame from the server that are checked. Reads without building a document.</summary>
internal ref struct WireFrame
{
    /// <summary>The event's name; empty for an answer.</summary>
    public string Event = "";
    public string Account = "";
    public long? Seq;

    /// <summary>Of a page: its cursor, and whether it goes on from the client's.</summary>
    public long Cursor;
    public bool Resumed;

    /// <summary>Of a message, typing or presence.</summary>
    public string From = "", To = "", Contact = "", Note = "", Status = "";

    /// <summary>Of a mail event.</summary>
    public string Mailbox = "";
    public int Unread;
    public List<string>? Subjects;

    /// <summary>Of a message: its text, as bytes of the frame if nothing in it is escaped.</summary>
    public ReadOnlySpan<byte> Body;

    public WireFrame()
    {
    }

    /// <summary>Reads a frame.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static WireFrame Read(ReadOnlySpan<byte> text)
    {
        var frame = new WireFrame();
        var reader = new Utf8JsonReader(text);
        Utf8JsonReader data = default;
        var hasData = false;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("re"u8))
            {
                return frame;
            }

            if (reader.ValueTextEquals("ev"u8))
            {
                reader.Read();
                frame.Event = EventName(ref reader);
            }
            else if (reader.ValueTextEquals("account"u8))
            {
                reader.Read();
                frame.Account = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("seq"u8))
            {
                reader.Read();
                frame.Seq = reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : null;
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                data = reader;
                hasData = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (hasData && frame.Event is "message" or "page" or "presence" or "typing" or "mail")
        {
            frame.ReadData(ref data);
        }

        return frame;
    }

    private void ReadData(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("from"u8))
            {
                Take(ref reader, ref From);
            }
            else if (reader.ValueTextEquals("to"u8))
            {
                Take(ref reader, ref To);
            }
            else if (reader.ValueTextEquals("contact"u8))
            {
                Take(ref reader, ref Contact);
            }
            else if (reader.ValueTextEquals("note"u8))
            {
                Take(ref reader, ref Note);
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                Take(ref reader, ref Status);
            }
            else if (reader.ValueTextEquals("mailbox"u8))
            {
                Take(ref reader, ref Mailbox);
            }
            else
            {
                ReadOther(ref reader);
            }
        }
    }

    private void ReadOther(ref Utf8JsonReader reader)
    {
        var (isCursor, isResumed, isBody) = (reader.ValueTextEquals("cursor"u8), reader.ValueTextEquals("resumed"u8), reader.ValueTextEquals("body"u8));
        var (isUnread, isNew) = (Event == "mail" && reader.ValueTextEquals("unread"u8), Event == "mail" && reader.ValueTextEquals("new"u8));
        reader.Read();
        if (isCursor && reader.TokenType == JsonTokenType.Number)
        {
            Cursor = reader.GetInt64();
        }
        else if (isResumed)
        {
            Resumed = reader.TokenType == JsonTokenType.True;
        }
        else if (isBody && reader.TokenType == JsonTokenType.String)
        {
            Body = reader.ValueIsEscaped ? System.Text.Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
        }
        else if (isUnread && reader.TokenType == JsonTokenType.Number)
        {
            Unread = reader.GetInt32();
        }
        else if (isNew && reader.TokenType == JsonTokenType.StartArray)
        {
            Subjects = ReadSubjects(ref reader);
        }
        else
        {
            reader.Skip();
        }
    }

    private static List<string> ReadSubjects(ref Utf8JsonReader reader)
    {
        var subjects = new List<string>();
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth + 2 && reader.ValueTextEquals("subject"u8))
            {
                reader.Read();
                subjects.Add(reader.GetString() ?? "");
            }
        }

        return subjects;
    }

    private static void Take(ref Utf8JsonReader reader, ref string into)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            into = reader.GetString()!;
        }
        else
        {
            reader.Skip();
        }
    }

    private static string EventName(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("message"u8) ? "message"
        : reader.ValueTextEquals("receipt"u8) ? "receipt"
        : reader.ValueTextEquals("presence"u8) ? "presence"
        : reader.GetString() ?? "";
}
