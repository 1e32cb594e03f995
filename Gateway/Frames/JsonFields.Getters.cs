using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using OrleansIM.Identity;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Frames;

/// <summary>The getters. A field that is missing where it must not be, of the wrong type or out of bounds is a fault.</summary>
internal sealed partial class JsonFields
{
    private const string AccountShape = "2 to 32 characters of a-z 0-9 . _ -, the first a letter or digit";
    private const string AddressShape = "an e-mail address like name@example.org";

    /// <summary>True if the field is there, be it <c>null</c>.</summary>
    public bool Has(ReadOnlySpan<byte> name) => TryFind(name, out _);

    /// <summary>The number's own characters, of the first field of that name, or null.</summary>
    public byte[]? FirstNumber(ReadOnlySpan<byte> name)
    {
        foreach (var field in _fields)
        {
            if (Matches(field, name))
            {
                return field.Kind == JsonTokenType.Number ? Raw(field).ToArray() : null;
            }
        }

        return null;
    }

    /// <summary>A string, or null if it is not there.</summary>
    public string? OptionalText(ReadOnlySpan<byte> name)
    {
        if (!TryFind(name, out var field) || field.Kind == JsonTokenType.Null)
        {
            return null;
        }

        if (field.Kind == JsonTokenType.String)
        {
            return DecodeString(field);
        }

        Refuse(name, "has to be a string");
        return null;
    }

    /// <summary>A string of so many characters, or null if it is not there.</summary>
    public string? OptionalText(ReadOnlySpan<byte> name, int most, int least = 0, bool oneLine = false)
    {
        var text = OptionalText(name);
        if (text is null)
        {
            return null;
        }

        if (text.Length < least || text.Length > most)
        {
            Refuse(name, least == 0 ? $"may have at most {most} characters" : $"has to have {least} to {most} characters");
        }
        else if (text.AsSpan().ContainsAny(oneLine ? Characters.Control : Characters.Null))
        {
            Refuse(name, oneLine ? "may have no control characters" : "may have no null characters");
        }

        return text;
    }

    /// <summary>A string of so many characters that must be there.</summary>
    public string Text(ReadOnlySpan<byte> name, int most, int least = 1, bool oneLine = false)
    {
        var text = OptionalText(name, most, least, oneLine);
        if (text is null)
        {
            Refuse(name, $"required, a string of {least} to {most} characters");
        }

        return text ?? "";
    }

    /// <summary>A change of a text: null leaves it, an empty string (or <c>null</c> in the JSON) clears it.</summary>
    public string? TextChange(ReadOnlySpan<byte> name, int most, bool oneLine = false) =>
        TryFind(name, out var field) && field.Kind == JsonTokenType.Null ? "" : OptionalText(name, most, 0, oneLine);

    /// <summary>A name that others see, or null if it is not there.</summary>
    public string? OptionalName(ReadOnlySpan<byte> name, int least = 0) => CheckName(name, OptionalText(name, ProtocolLimits.MaxText, least, oneLine: true));

    /// <summary>A name that others see, and that must be there.</summary>
    public string Name(ReadOnlySpan<byte> name) => CheckName(name, Text(name, ProtocolLimits.MaxText, oneLine: true))!;

    /// <summary>A change of a name that others see, as of a text.</summary>
    public string? NameChange(ReadOnlySpan<byte> name) => CheckName(name, TextChange(name, ProtocolLimits.MaxText, oneLine: true));

    private static string RequiredOrHasToBe(string? given) => given is null ? "required," : "has to be";

    private string? CheckName(ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null && Fault is null && ShownNames.Fault(text) is { } rule)
        {
            Refuse(name, rule);
        }

        return text;
    }

    /// <summary>A change of an e-mail address: null leaves it, an empty string (or <c>null</c> in the JSON) clears it.</summary>
    public string? EmailChange(ReadOnlySpan<byte> name)
    {
        var email = TextChange(name, most: MailAddresses.MaxBytes, oneLine: true);
        if (email is { Length: > 0 } && !MailAddresses.TryNormalize(email, out _))
        {
            Refuse(name, $"has to be {AddressShape}");
        }

        return email;
    }

    /// <summary>A mail address, its domain in lower case and as DNS has it.</summary>
    public string MailAddress(ReadOnlySpan<byte> name)
    {
        var text = OptionalText(name);
        if (!MailAddresses.TryNormalize(text, out var address))
        {
            Refuse(name, $"{RequiredOrHasToBe(text)} {AddressShape}");
        }

        return address;
    }

    /// <summary>What a mailbox is known by: its address in lower case.</summary>
    public string Mailbox(ReadOnlySpan<byte> name) => MailAddresses.KeyOf(MailAddress(name));

    /// <summary>A message's body: any text of so many bytes.</summary>
    public string Body(ReadOnlySpan<byte> name, int mostBytes)
    {
        if (OptionalText(name) is not { Length: > 0 } text)
        {
            Refuse(name, $"required, a string of 1 to {mostBytes} bytes");
            return "";
        }

        if (text.Length > mostBytes / 3 && Encoding.UTF8.GetByteCount(text) > mostBytes)
        {
            Refuse(ErrorCodes.TooLarge, $"{Text(name)}: may have at most {mostBytes} bytes of UTF-8.");
        }

        return text;
    }

    /// <summary>A short name out of letters, digits and <c>. _ -</c>.</summary>
    public string Token(ReadOnlySpan<byte> name, string otherwise, int most = 32)
    {
        var text = OptionalText(name);
        if (text is null)
        {
            return otherwise;
        }

        if (text.Length == 0 || text.Length > most || text.AsSpan().ContainsAnyExcept(Characters.Token))
        {
            Refuse(name, $"has to be 1 to {most} characters of a-z A-Z 0-9 . _ -");
        }

        return text;
    }

    /// <summary>An account id, in lower case.</summary>
    public string Account(ReadOnlySpan<byte> name)
    {
        var text = OptionalText(name);
        if (!AccountIds.TryNormalize(text, out var id))
        {
            if (text is Senders.Service)
            {
                Refuse(ErrorCodes.InvalidArgument, $"{Text(name)}: {Senders.Service} is the service itself. Its messages can be read; it is no account, and nobody can write to it.");
            }

            Refuse(name, $"{RequiredOrHasToBe(text)} an account id, {AccountShape}");
        }

        return id;
    }

    /// <summary>An account id in lower case, or null if it is not there.</summary>
    public string? OptionalAccount(ReadOnlySpan<byte> name) => OptionalText(name) is null ? null : Account(name);

    /// <summary>An account id in lower case, or <c>group:</c> and the id of a group.</summary>
    public string Recipient(ReadOnlySpan<byte> name)
    {
        var text = OptionalText(name);
        if (text is null || !GroupIds.IsGroup(text))
        {
            return Account(name);
        }

        if (!GroupIds.TryNormalize(text, out _))
        {
            Refuse(name, "has to be an account id, or group: and the id of a group, as groups.create answers it");
        }

        return text;
    }

    /// <summary>Who a conversation is with: as <see cref="Recipient"/>, or the service, which can be read and not written to.</summary>
    public string Peer(ReadOnlySpan<byte> name) => OptionalText(name) is Senders.Service ? Senders.Service : Recipient(name);

    /// <summary>The id of a group, with or without <c>group:</c> before it; comes back with it.</summary>
    public string Group(ReadOnlySpan<byte> name)
    {
        var text = OptionalText(name);
        if (!GroupIds.TryNormalize(text, out var group))
        {
            Refuse(name, $"{RequiredOrHasToBe(text)} the id of a group, as groups.create answers it");
        }

        return group;
    }

    /// <summary>A whole number within bounds, or null if it is not there.</summary>
    public long? OptionalNumber(ReadOnlySpan<byte> name, long least, long most)
    {
        if (!TryFind(name, out var field) || field.Kind == JsonTokenType.Null)
        {
            return null;
        }

        if (field.Kind == JsonTokenType.Number
            && Utf8Parser.TryParse(Raw(field), out long number, out var used) && used == field.Length
            && number >= least && number <= most)
        {
            return number;
        }

        Refuse(name, most == long.MaxValue ? $"has to be a whole number from {least}" : $"has to be a whole number, {least} to {most}");
        return null;
    }

    /// <summary>A whole number within bounds that must be there.</summary>
    public long Number(ReadOnlySpan<byte> name, long least, long most)
    {
        var number = OptionalNumber(name, least, most);
        if (number is null)
        {
            Refuse(name, most == long.MaxValue ? $"required, a whole number from {least}" : $"required, a whole number, {least} to {most}");
        }

        return number ?? 0;
    }

    /// <summary>True or false; null if it is not there.</summary>
    public bool? OptionalFlag(ReadOnlySpan<byte> name)
    {
        if (!TryFind(name, out var field) || field.Kind == JsonTokenType.Null)
        {
            return null;
        }

        if (field.Kind is JsonTokenType.True or JsonTokenType.False)
        {
            return field.Kind == JsonTokenType.True;
        }

        Refuse(name, "has to be true or false");
        return null;
    }

    /// <summary>True or false; must be there.</summary>
    public bool Flag(ReadOnlySpan<byte> name)
    {
        var flag = OptionalFlag(name);
        if (flag is null)
        {
            Refuse(name, "required, true or false");
        }

        return flag ?? false;
    }
}
