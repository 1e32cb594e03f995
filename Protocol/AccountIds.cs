namespace OrleansIM.Protocol;

/// <summary>
/// Account ids: 2 to 32 characters of <c>a-z 0-9 . _ -</c>, the first a letter or digit, compared in lower case.
/// </summary>
public static class AccountIds
{
    /// <summary>The shortest id.</summary>
    public const int MinLength = 2;
    /// <summary>The longest id.</summary>
    public const int MaxLength = 32;

    /// <summary>Lower-cases <paramref name="text"/> and says whether it is an account id.</summary>
    public static bool TryNormalize(string? text, out string id)
    {
        id = "";
        if (text is null || text.Length < MinLength || text.Length > MaxLength)
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var isAlphanumeric = c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9');
            if (!isAlphanumeric && (i == 0 || c is not ('.' or '_' or '-')))
            {
                return false;
            }
        }

        id = text.ToLowerInvariant();
        return true;
    }
}
