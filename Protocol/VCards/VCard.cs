namespace OrleansIM.Protocol;

/// <summary>A card: what of it matters to mail and messages. Texts are unescaped and may hold line breaks (LF).</summary>
public sealed record VCard
{
    /// <summary>UID, as it stands there.</summary>
    public string? Uid { get; init; }

    /// <summary>FN; empty if the card has none.</summary>
    public string FormattedName { get; init; } = "";

    /// <summary>N.</summary>
    public VCardName? Name { get; init; }

    /// <summary>NICKNAME.</summary>
    public IReadOnlyList<string> Nicknames { get; init; } = [];

    /// <summary>EMAIL, the preferred first, else as they stand there.</summary>
    public IReadOnlyList<VCardEmail> Emails { get; init; } = [];

    /// <summary>IMPP: addresses of instant messaging, as URIs.</summary>
    public IReadOnlyList<string> Impps { get; init; } = [];

    /// <summary>ORG: the organization and its units.</summary>
    public IReadOnlyList<string> Organization { get; init; } = [];

    /// <summary>NOTE.</summary>
    public string? Note { get; init; }

    /// <summary>CATEGORIES.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>KIND is <c>group</c>: a list of other cards, nobody's own.</summary>
    public bool IsGroup { get; init; }

    /// <summary>REV: when the card was changed last.</summary>
    public DateTimeOffset? Revision { get; init; }

    /// <summary>What to call whom the card is about: FN, else N, NICKNAME, ORG; null if there is none of them.</summary>
    public string? DisplayName
    {
        get
        {
            string?[] candidates = [FormattedName, Name?.ToDisplay(), .. Nicknames.Take(1), .. Organization.Take(1)];
            return candidates.FirstOrDefault(name => !string.IsNullOrWhiteSpace(name))?.Trim();
        }
    }
}

/// <summary>The parts of a name; a part of several has spaces between them.</summary>
public sealed record VCardName(string Family, string Given, string Additional = "", string Prefixes = "", string Suffixes = "")
{
    /// <summary>The parts in the order in which they are written out.</summary>
    public string ToDisplay() => string.Join(' ', new[] { Prefixes, Given, Additional, Family, Suffixes }.Where(part => part.Length > 0));
}

/// <param name="Address">The address, whatever it is.</param>
/// <param name="IsPreferred">The one to use.</param>
/// <param name="Types"><c>home</c>, <c>work</c> and others, in lower case.</param>
public sealed record VCardEmail(string Address, bool IsPreferred = false, params IReadOnlyList<string> Types)
{
    /// <inheritdoc/>
    public bool Equals(VCardEmail? other)
        => other is not null && other.Address == Address && other.IsPreferred == IsPreferred && other.Types.SequenceEqual(Types);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Address, IsPreferred);
}
