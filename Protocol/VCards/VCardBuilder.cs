using System.Globalization;

namespace OrleansIM.Protocol;

/// <summary>A card that is being read.</summary>
internal sealed class VCardBuilder(bool isOld)
{
    /// <summary>Values of one property; nobody has a hundred addresses.</summary>
    private const int MaxValues = 100;

    private static readonly string[] s_revisionForms =
        ["yyyyMMdd'T'HHmmssK", "yyyyMMdd'T'HHmmss", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyyMMdd", "yyyy-MM-dd"];

    private readonly List<(VCardEmail Email, int Preference)> _emails = [];
    private readonly List<string> _impps = [];
    private VCard _card = new();
    private int _bestName = int.MaxValue;

    public bool IsOld => isOld;

    public void Add(VCardLine line)
    {
        switch (line.Name)
        {
            case "UID":
                _card = _card with { Uid = Text(line) };
                break;
            case "FN" when line.Preference < _bestName:
                (_card, _bestName) = (_card with { FormattedName = Text(line) }, line.Preference);
                break;
            case "N":
                _card = _card with { Name = NameOf(line.Value) };
                break;
            case "NICKNAME" when _card.Nicknames.Count == 0:
                _card = _card with { Nicknames = Filled(VCardText.Split(line.Value, ',', isOld)) };
                break;
            case "EMAIL" when _emails.Count < MaxValues:
                AddEmail(line);
                break;
            case "IMPP" when _impps.Count < MaxValues && line.Value.Trim() is { Length: > 0 } address:
                _impps.Add(address);
                break;
            case "ORG" when _card.Organization.Count == 0:
                _card = _card with { Organization = Filled(VCardText.Split(line.Value, ';', isOld)) };
                break;
            case "NOTE":
                _card = _card with { Note = Text(line) };
                break;
            case "CATEGORIES" when _card.Categories.Count == 0:
                _card = _card with { Categories = Filled(VCardText.Split(line.Value, ',', isOld)) };
                break;
            case "KIND" or "X-ADDRESSBOOKSERVER-KIND":
                _card = _card with { IsGroup = line.Value.Trim().Equals("group", StringComparison.OrdinalIgnoreCase) };
                break;
            case "REV":
                _card = _card with { Revision = RevisionOf(line.Value.Trim()) };
                break;
        }
    }

    public VCard Build()
    {
        var best = _emails.Count > 0 ? _emails.Min(one => one.Preference) : 0;
        return _card with
        {
            Emails = [.. _emails.OrderBy(one => one.Preference).Select(one => one.Email with { IsPreferred = one.Preference == best && best <= 100 })],
            Impps = [.. _impps],
        };
    }

    private static List<string> Filled(IEnumerable<string> texts)
        => [.. texts.Select(text => text.Trim()).Where(text => text.Length > 0).Take(MaxValues)];

    private static DateTimeOffset? RevisionOf(string text)
        => DateTimeOffset.TryParseExact(text, s_revisionForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private void AddEmail(VCardLine line)
    {
        var address = Text(line);
        while (address.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase))
        {
            address = address["mailto:".Length..].Trim();
        }

        if (address.Length > 0)
        {
            var types = line.Types.Where(type => type is not "pref" and not "internet").ToArray();
            _emails.Add((new VCardEmail(address, IsPreferred: false, types), line.Preference));
        }
    }

    private VCardName NameOf(string value)
    {
        var parts = SplitComponents(value);
        return new VCardName(parts[0], parts[1], parts[2], parts[3], parts[4]);
    }

    /// <summary>The five parts of N, each a list (RFC 6350, 6.2.2).</summary>
    private string[] SplitComponents(string value)
    {
        var parts = new[] { "", "", "", "", "" };
        var written = VCardText.SplitRaw(value, ';');
        for (var i = 0; i < Math.Min(written.Count, parts.Length); i++)
        {
            parts[i] = isOld ? VCardText.Unescape(written[i], isOld).Trim() : string.Join(' ', Filled(VCardText.Split(written[i], ',', isOld)));
        }

        return parts;
    }

    private string Text(VCardLine line) => VCardText.Unescape(line.Value, isOld).Trim();
}
