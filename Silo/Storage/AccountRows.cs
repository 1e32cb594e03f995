using OrleansIM.Grains.Accounts;

namespace OrleansIM.Silo.Storage;

/// <summary>Where the rows of accounts are among those of all states, and what of them is of interest without the grain.</summary>
internal sealed class AccountRows(JsonGrainStorageSerializer serializer)
{
    /// <summary>Behind a prefix it is behind all ids that begin with that: no id has it or a later character.</summary>
    private const string Beyond = "~";

    /// <summary>The bounds of the names of their grains: the first, if it is there; that before all that are wanted; that behind all of them.</summary>
    public static (string First, string After, string Beyond) Range(string prefix, string after) =>
        (GrainNames.Account + prefix, GrainNames.Account + after, GrainNames.Account + prefix + Beyond);

    public StoredAccount Read(string grain, byte[] payload)
    {
        var record = serializer.Deserialize<Record>(new BinaryData(payload)) ?? throw new InvalidDataException($"The state of {grain} is empty.");
        return new(grain[GrainNames.Account.Length..], record.CreatedAt, record.IsDisabled, record.IsDeleted);
    }

    /// <summary>Some of the members of an account's record.</summary>
    private sealed record Record(DateTimeOffset CreatedAt, bool IsDisabled, bool IsDeleted);
}
