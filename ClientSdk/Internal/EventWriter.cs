using System.Buffers;
using System.Text.Json;

namespace OrleansIM.Client.Internal;

/// <summary>From durable events back to <c>{"ev", "seq", "data"}</c>, which <see cref="EventReader"/> reads.</summary>
internal static class EventWriter
{
    public static IReadOnlyList<JsonElement> WriteAll(IReadOnlyList<ImEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var happened in events)
            {
                Write(writer, happened);
            }

            writer.WriteEndArray();
        }

        return [.. JsonElement.Parse(buffer.WrittenSpan).EnumerateArray()];
    }

    private static void Write(Utf8JsonWriter writer, ImEvent happened)
    {
        writer.WriteStartObject();
        writer.WriteString("ev", NameOf(happened));
        writer.WriteOptional("seq", happened.Seq);
        writer.WritePropertyName("data");
        WriteData(writer, happened);
        writer.WriteEndObject();
    }

    private static string NameOf(ImEvent happened) => happened switch
    {
        MessageReceived => "message",
        ReceiptReceived => "receipt",
        ContactChanged => "contact",
        ProfileChanged => "profile",
        SettingsChanged => "settings",
        CustomChanged => "custom",
        LinksChanged => "link",
        GroupChanged => "group",
        UnknownEvent unknown => unknown.Name,
        _ => throw new ArgumentException($"{happened.GetType().Name} is not durable.", nameof(happened)),
    };

    private static void WriteData(Utf8JsonWriter writer, ImEvent happened)
    {
        switch (happened)
        {
            case MessageReceived message:
                JsonSerializer.Serialize(writer, message, StoreJson.Default.MessageReceived);
                break;
            case ReceiptReceived receipt:
                JsonSerializer.Serialize(writer, receipt, StoreJson.Default.ReceiptReceived);
                break;
            case ContactChanged contact:
                JsonSerializer.Serialize(writer, contact, StoreJson.Default.ContactChanged);
                break;
            case LinksChanged links:
                JsonSerializer.Serialize(writer, links, StoreJson.Default.LinksChanged);
                break;
            case GroupChanged group:
                JsonSerializer.Serialize(writer, group, StoreJson.Default.GroupChanged);
                break;
            case ProfileChanged profile:
                writer.WriteStartObject();
                writer.WritePropertyName("profile");
                JsonSerializer.Serialize(writer, profile.Profile, StoreJson.Default.Profile);
                writer.WriteEndObject();
                break;
            case SettingsChanged settings:
                WriteChanges(writer, "settings", settings.Changes);
                break;
            case CustomChanged custom:
                WriteChanges(writer, "custom", custom.Changes);
                break;
            case UnknownEvent { Data.ValueKind: not JsonValueKind.Undefined } unknown:
                unknown.Data.WriteTo(writer);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteChanges(Utf8JsonWriter writer, string name, IReadOnlyDictionary<string, JsonElement> changes)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(name);
        foreach (var (key, value) in changes)
        {
            writer.WritePropertyName(key);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
