using System.Text;
using System.Text.Json;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Frames;

/// <summary>
/// The fields of one JSON object of a client, read where they lie. The getters of the other part note the first fault
/// in <see cref="Fault"/> and go on, so that a caller reads all it needs and looks once.
/// </summary>
internal sealed partial class JsonFields
{
    /// <summary>How deep a client's JSON may nest.</summary>
    public const int MaxDepth = 32;

    private readonly List<Field> _fields = [];
    private ReadOnlyMemory<byte> _json;

    /// <summary>The first thing that was wrong.</summary>
    public Refusal? Fault { get; private set; }

    private bool HasLoneSurrogate { get; set; }

    /// <summary>
    /// Reads the object. False if it is not one JSON object alone, or nests too deep; what came before the fault can
    /// still be asked for. The memory must stay as it is while the fields are used.
    /// </summary>
    public bool TryParse(ReadOnlyMemory<byte> json)
    {
        _json = json;
        _fields.Clear();
        HasLoneSurrogate = false;
        Fault = null;
        try
        {
            var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && ReadObject(ref reader) && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Forgets the object.</summary>
    public void Clear()
    {
        _json = default;
        _fields.Clear();
        Fault = null;
    }

    public void Refuse(string code, string message) => Fault ??= new Refusal(code, message);

    /// <summary>For a caller to whom a field that nobody reads is a fault: notes the first that is none of these.</summary>
    public void RefuseOthers(params ReadOnlySpan<string> known)
    {
        foreach (var field in _fields)
        {
            var name = NameOf(field);
            if (!known.Contains(name))
            {
                Refuse(ErrorCodes.InvalidArgument, $"{name}: is no field of this call, which has {(known.IsEmpty ? "none" : string.Join(", ", known))}.");
                return;
            }
        }
    }

    private void Refuse(ReadOnlySpan<byte> name, string wants) => Refuse(ErrorCodes.InvalidArgument, $"{Text(name)}: {wants}.");

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    private bool ReadObject(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = new Field { NameStart = (int)reader.TokenStartIndex + 1, NameLength = reader.ValueSpan.Length, NameIsEscaped = reader.ValueIsEscaped };
            CheckText(in reader);
            reader.Read();
            field.Kind = reader.TokenType;
            field.IsEscaped = reader.ValueIsEscaped;
            field.Start = (int)reader.TokenStartIndex;
            ReadValue(ref reader);
            field.Length = (int)reader.BytesConsumed - field.Start;
            _fields.Add(field);
        }

        if (HasLoneSurrogate)
        {
            Refuse(ErrorCodes.InvalidArgument, "The request has half of a surrogate pair (\\uD800 to \\uDFFF) in a string; escape both halves, or none.");
        }

        return reader.TokenType == JsonTokenType.EndObject;
    }

    private void ReadValue(ref Utf8JsonReader reader)
    {
        CheckText(in reader);
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            CheckText(in reader);
        }
    }

    private void CheckText(in Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped && !JsonText.HasWholeSurrogates(reader.ValueSpan))
        {
            HasLoneSurrogate = true;
        }
    }

    /// <summary>The field of that name; noted as a fault if it is there twice.</summary>
    private bool TryFind(ReadOnlySpan<byte> name, out Field found)
    {
        found = default;
        var count = 0;
        foreach (var field in _fields)
        {
            if (!Matches(field, name))
            {
                continue;
            }

            if (count++ == 0)
            {
                found = field;
            }
        }

        if (count > 1)
        {
            Refuse(name, "is given more than once");
        }

        // null is the same as leaving a field out, except where a getter says otherwise.
        return count > 0;
    }

    private bool Matches(in Field field, ReadOnlySpan<byte> name)
    {
        var raw = _json.Span.Slice(field.NameStart, field.NameLength);
        return field.NameIsEscaped ? JsonText.Unescape(raw) == Text(name) : raw.SequenceEqual(name);
    }

    private ReadOnlySpan<byte> Raw(in Field field) => _json.Span.Slice(field.Start, field.Length);

    private string DecodeString(in Field field)
    {
        var raw = Raw(field)[1..^1];
        return field.IsEscaped ? JsonText.Unescape(raw) : Encoding.UTF8.GetString(raw);
    }

    private struct Field
    {
        public int NameStart;
        public int NameLength;
        public bool NameIsEscaped;
        public JsonTokenType Kind;
        public bool IsEscaped;
        public int Start;
        public int Length;
    }
}
