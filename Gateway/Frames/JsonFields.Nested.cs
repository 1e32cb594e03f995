using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Frames;

/// <summary>The getters of what is not one plain value.</summary>
internal sealed partial class JsonFields
{
    /// <summary>A change of a list of texts: null leaves it, an empty list (or <c>null</c> in the JSON) clears it.</summary>
    public string[]? TextsChange(ReadOnlySpan<byte> name, int most, int longest)
    {
        if (!TryFind(name, out var field))
        {
            return null;
        }

        return field.Kind == JsonTokenType.Null ? [] : OptionalTexts(name, most, longest) ?? [];
    }

    /// <summary>Texts of one line, none of them empty; null if they are not there.</summary>
    public string[]? OptionalTexts(ReadOnlySpan<byte> name, int most, int longest)
    {
        if (OptionalArray(name, most) is not { } elements)
        {
            return null;
        }

        var texts = new List<string>(elements.Count);
        foreach (var element in elements)
        {
            var reader = new Utf8JsonReader(element.Span);
            reader.Read();
            var text = reader.TokenType == JsonTokenType.String && !HasLoneSurrogate ? reader.GetString()! : "";
            if (text.Length == 0 || text.Length > longest || text.AsSpan().ContainsAny(Characters.Control))
            {
                Refuse(name, $"has to be an array of strings of 1 to {longest} characters, without control characters");
                break;
            }

            texts.Add(text);
        }

        return [.. texts];
    }

    /// <summary>Account ids in lower case, each once; null if they are not there.</summary>
    public string[]? OptionalAccounts(ReadOnlySpan<byte> name, int most)
    {
        if (OptionalArray(name, most) is not { } elements)
        {
            return null;
        }

        var ids = new List<string>(elements.Count);
        foreach (var element in elements)
        {
            var reader = new Utf8JsonReader(element.Span);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String || HasLoneSurrogate || !AccountIds.TryNormalize(reader.GetString(), out var id))
            {
                Refuse(name, $"has to be an array of account ids, {AccountShape}");
                break;
            }

            ids.Add(id);
        }

        return [.. ids.Distinct()];
    }

    /// <summary>Any JSON as it was written, <c>null</c> included; null if it is not there.</summary>
    public string? OptionalJson(ReadOnlySpan<byte> name, int mostBytes)
    {
        if (!TryFind(name, out var field))
        {
            return null;
        }

        if (field.Length > mostBytes)
        {
            Refuse(ErrorCodes.TooLarge, $"{Text(name)}: may have at most {mostBytes} bytes of JSON.");
        }

        return Encoding.UTF8.GetString(Raw(field));
    }

    /// <summary>The fields of an object, or null if it is not there.</summary>
    public JsonFields? OptionalObject(ReadOnlySpan<byte> name)
    {
        if (!TryFind(name, out var field) || field.Kind == JsonTokenType.Null)
        {
            return null;
        }

        if (field.Kind != JsonTokenType.StartObject)
        {
            Refuse(name, "has to be an object, {…}");
            return null;
        }

        var fields = new JsonFields();
        fields.TryParse(_json.Slice(field.Start, field.Length));
        return fields;
    }

    /// <summary>The elements of an array as they were written, at most so many; null if it is not there.</summary>
    public List<ReadOnlyMemory<byte>>? OptionalArray(ReadOnlySpan<byte> name, int most)
    {
        if (!TryFind(name, out var field) || field.Kind == JsonTokenType.Null)
        {
            return null;
        }

        if (field.Kind != JsonTokenType.StartArray)
        {
            Refuse(name, "has to be an array, […], also of one");
            return null;
        }

        var elements = new List<ReadOnlyMemory<byte>>();
        var reader = new Utf8JsonReader(Raw(field));
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (elements.Count == most)
            {
                Refuse(name, $"may have at most {most} entries");
                break;
            }

            var start = field.Start + (int)reader.TokenStartIndex;
            reader.Skip();
            elements.Add(_json[start..(field.Start + (int)reader.BytesConsumed)]);
        }

        return elements;
    }

    /// <summary>Every field whose value is a whole number from 0, with its name. Anything else is a fault.</summary>
    public IEnumerable<KeyValuePair<string, long>> Numbers()
    {
        foreach (var field in _fields)
        {
            var raw = Raw(field);
            if (Utf8Parser.TryParse(raw, out long number, out var used) && used == raw.Length && number >= 0)
            {
                yield return new(NameOf(field), number);
            }
            else
            {
                Refuse(ErrorCodes.InvalidArgument, "Every value must be a whole number from 0.");
            }
        }
    }

    /// <summary>Every field whose value is an object, with its name. Anything else, and more than so many, is a fault.</summary>
    public IEnumerable<KeyValuePair<string, JsonFields>> Objects(int most)
    {
        var count = 0;
        foreach (var field in _fields)
        {
            if (field.Kind != JsonTokenType.StartObject || ++count > most)
            {
                Refuse(ErrorCodes.InvalidArgument, $"At most {most} values, each an object.");
                yield break;
            }

            var fields = new JsonFields();
            fields.TryParse(_json.Slice(field.Start, field.Length));
            yield return new(NameOf(field), fields);
        }
    }

    private string NameOf(in Field field) => JsonText.Unescape(_json.Span.Slice(field.NameStart, field.NameLength));
}
