namespace OrleansIM.Client.Internal;

/// <summary>What a local store has of a session.</summary>
internal sealed class LocalState
{
    /// <summary>By account.</summary>
    public Dictionary<string, StoredPage> Pages { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is to be sent by whoever owns it.</summary>
    public List<KeptMessage> Outgoing { get; } = [];

    /// <summary>Mail contacts by <see cref="StoreKeys.Mail"/>, and imported ones by <see cref="StoreKeys.Imported"/>.</summary>
    public Dictionary<string, IReadOnlyList<MailParty>> MailContacts { get; } = new(StringComparer.Ordinal);

    /// <summary>What cannot be read is left out: it is written anew when it changes.</summary>
    public static LocalState Of(IReadOnlyList<StoredRecord> records)
    {
        var state = new LocalState();
        foreach (var record in records)
        {
            try
            {
                state.Take(record);
            }
            catch (Exception unreadable) when (unreadable is System.Text.Json.JsonException or NotSupportedException)
            {
                // Of another version, or not ours.
            }
        }

        state.Outgoing.Sort(static (one, other) => one.Order.CompareTo(other.Order));
        return state;
    }

    private void Take(StoredRecord record)
    {
        var parts = record.Key.Split('/', 3);
        if (parts.Length < 2 || record.Value is null)
        {
            return;
        }

        switch (parts[1])
        {
            case "page" when Read(record, StoreJson.Default.StoredPage) is { } page:
                Pages[parts[0]] = page;
                break;
            case "out" when Read(record, StoreJson.Default.KeptMessage) is { } kept:
                Outgoing.Add(kept);
                break;
            case "mail" or "imported" when Read(record, StoreJson.Default.ListMailParty) is { } contacts:
                MailContacts[record.Key] = contacts;
                break;
        }
    }

    private static T? Read<T>(StoredRecord record, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        System.Text.Json.JsonSerializer.Deserialize(record.Value!, type);
}

/// <summary>The keys of the records of a session.</summary>
internal static class StoreKeys
{
    public static string Page(string account) => account + "/page";

    public static string Outgoing(OutgoingMessage message) => message.As + "/out/" + message.Cid;

    /// <summary>Contacts of a mailbox, as the server found them.</summary>
    public static string Mail(string account, string mailbox) => account.ToLowerInvariant() + "/mail/" + mailbox.ToLowerInvariant();

    /// <summary>Contacts of this device.</summary>
    public static string Imported(string account) => account.ToLowerInvariant() + "/imported";
}
