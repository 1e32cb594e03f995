namespace OrleansIM.Protocol;

/// <summary>
/// Group chats on the wire: <c>group:</c> and an id of 1 to 64 characters of <c>a-z A-Z 0-9 . _ -</c>. No account id has a
/// colon, so that the two never meet.
/// </summary>
public static class GroupIds
{
    /// <summary>What the name of a group begins with.</summary>
    public const string Prefix = "group:";
    /// <summary>The longest id.</summary>
    public const int MaxLength = 64;

    /// <summary>The name of a group as a peer: <c>group:</c> and its id.</summary>
    public static string NameOf(string id) => Prefix + id;

    /// <summary>Whether a peer is a group.</summary>
    public static bool IsGroup(string peer) => peer.StartsWith(Prefix, System.StringComparison.Ordinal);

    /// <summary>The id of a group out of its name.</summary>
    public static string IdOf(string name) => name.Substring(Prefix.Length);

    /// <summary>Reads an id with or without the prefix, and says whether it can be one.</summary>
    public static bool TryNormalize(string? text, out string name)
    {
        name = "";
        var id = text is not null && IsGroup(text) ? IdOf(text) : text;
        if (id is null || id.Length == 0 || id.Length > MaxLength)
        {
            return false;
        }

        foreach (var c in id)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '.' or '_' or '-'))
            {
                return false;
            }
        }

        name = NameOf(id);
        return true;
    }
}
