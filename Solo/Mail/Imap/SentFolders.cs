namespace OrleansIM.Mail;

/// <summary>
/// Which of a mailbox's folders is the one for sent mail: the one with the attribute \Sent (RFC 6154), else the one whose
/// name says so. Sees all folders and keeps the best.
/// </summary>
internal sealed class SentFolders
{
    private int _rank = int.MaxValue;

    /// <summary>Its name as on the wire; null if there is none.</summary>
    public string? Name { get; private set; }

    /// <summary>Takes a LIST response: attributes, separator, name.</summary>
    public bool Take(string name, uint number, ref ImapParser rest)
    {
        if (name is not ("LIST" or "XLIST"))
        {
            return false;
        }

        var attributes = rest.Words();
        rest.SkipSpaces();
        var separator = rest.Text();
        rest.SkipSpaces();
        if (rest.Text() is { Length: > 0 and <= 1024 } folder && !Has(attributes, "\\Noselect") && !Has(attributes, "\\NonExistent"))
        {
            Consider(folder, separator, Has(attributes, "\\Sent"));
        }

        return true;
    }

    private static bool Has(List<string> attributes, string attribute) => attributes.Contains(attribute, StringComparer.OrdinalIgnoreCase);

    private void Consider(string folder, string? separator, bool isSaid)
    {
        var rank = isSaid ? -1 : Rank(folder, separator);
        if (rank < _rank)
        {
            (_rank, Name) = (rank, folder);
        }
    }

    private static int Rank(string folder, string? separator)
    {
        var path = ModifiedUtf7.Decode(folder);
        var cut = string.IsNullOrEmpty(separator) ? -1 : path.LastIndexOf(separator, StringComparison.Ordinal);
        return SentFolderNames.Rank(path[(cut + 1)..], cut < 0 ? "" : path[..cut]) ?? int.MaxValue;
    }
}
