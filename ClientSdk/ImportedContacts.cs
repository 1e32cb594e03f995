namespace OrleansIM.Client;

/// <summary>What became of a file of vCards.</summary>
public sealed record ImportedContacts
{
    /// <summary>Cards in the file, lists of other cards left out.</summary>
    public int Cards { get; init; }
    /// <summary>Addresses that were not there before.</summary>
    public int Added { get; init; }
    /// <summary>Addresses that were there and have another name now.</summary>
    public int Renamed { get; init; }
    /// <summary>Cards without an address that mail can go to.</summary>
    public int WithoutAddress { get; init; }
}
