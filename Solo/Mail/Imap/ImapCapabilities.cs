namespace OrleansIM.Mail;

/// <summary>What a server says that it can.</summary>
internal sealed class ImapCapabilities
{
    /// <summary>Before it has said so.</summary>
    public static readonly ImapCapabilities None = new([]);

    /// <summary>More than any server has.</summary>
    private const int Most = 256;

    private readonly HashSet<string> _names;

    private ImapCapabilities(IEnumerable<string> names) => _names = names.Take(Most).ToHashSet(StringComparer.OrdinalIgnoreCase);

    public bool Has(string name) => _names.Contains(name);

    /// <summary>Of names between spaces.</summary>
    public static ImapCapabilities Parse(string names) => new(names.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
