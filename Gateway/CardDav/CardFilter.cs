using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace OrleansIM.Gateway.CardDav;

/// <summary>The filter of an addressbook-query (RFC 6352, section 10.5). Pure.</summary>
internal sealed class CardFilter
{
    /// <summary>Conditions in one filter: each is asked of every card.</summary>
    public const int MaxConditions = 32;

    private readonly List<Func<FriendCard, bool>> _properties = [];
    private bool _needsAll;
    private int _conditions;

    private CardFilter()
    {
    }

    public bool Matches(FriendCard card) => _properties.Count == 0
        || (_needsAll ? _properties.TrueForAll(property => property(card)) : _properties.Exists(property => property(card)));

    /// <summary>Reads a filter; none at all lets everybody through.</summary>
    public static (CardFilter Filter, DavAnswer? Fault) Read(XElement? element)
    {
        var filter = new CardFilter();
        return (filter, element is null ? null : filter.ReadAll(element));
    }

    private DavAnswer? ReadAll(XElement element)
    {
        if (!TryReadTest(element, out _needsAll))
        {
            return BadFilter;
        }

        foreach (var child in element.Elements())
        {
            if (child.Name != DavNames.PropFilter || child.Attribute("name")?.Value is not { Length: > 0 } name)
            {
                return BadFilter;
            }

            if (ReadProperty(child, name) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private DavAnswer? ReadProperty(XElement element, string name)
    {
        if (!TryReadTest(element, out var needsAll) || ++_conditions > MaxConditions)
        {
            return BadFilter;
        }

        if (element.Element(DavNames.IsNotDefined) is not null)
        {
            _properties.Add(card => !card.ValuesOf(name).Any());
            return null;
        }

        var matches = new List<Func<IEnumerable<string>, bool>>();
        foreach (var child in element.Elements())
        {
            // Parameters of properties tell nobody's cards apart here.
            if (child.Name != DavNames.TextMatch || ++_conditions > MaxConditions)
            {
                return BadFilter;
            }

            var (match, fault) = ReadMatch(child);
            if (fault is not null)
            {
                return fault;
            }

            matches.Add(match!);
        }

        _properties.Add(card =>
        {
            var values = card.ValuesOf(name).ToArray();
            return values.Length > 0
                && (matches.Count == 0 || (needsAll ? matches.TrueForAll(match => match(values)) : matches.Exists(match => match(values))));
        });
        return null;
    }

    private static (Func<IEnumerable<string>, bool>? Match, DavAnswer? Fault) ReadMatch(XElement element)
    {
        Func<string, string>? fold = element.Attribute("collation")?.Value switch
        {
            null or "i;unicode-casemap" or "default" => FoldUnicode,
            "i;ascii-casemap" => FoldAscii,
            _ => null,
        };
        if (fold is null)
        {
            return (null, DavAnswer.Failed(DavNames.SupportedCollation));
        }

        var sought = fold(element.Value);
        Func<string, bool>? holds = (element.Attribute("match-type")?.Value ?? "contains") switch
        {
            "equals" => value => value == sought,
            "contains" => value => value.Contains(sought, StringComparison.Ordinal),
            "starts-with" => value => value.StartsWith(sought, StringComparison.Ordinal),
            "ends-with" => value => value.EndsWith(sought, StringComparison.Ordinal),
            _ => null,
        };
        bool? isNegated = (element.Attribute("negate-condition")?.Value ?? "no") switch { "yes" => true, "no" => false, _ => null };
        return holds is null || isNegated is null
            ? (null, BadFilter)
            : (values => values.Any(value => holds(fold(value))) != isNegated, null);
    }

    private static bool TryReadTest(XElement element, out bool needsAll)
    {
        var test = element.Attribute("test")?.Value ?? "anyof";
        needsAll = test == "allof";
        return needsAll || test == "anyof";
    }

    private static DavAnswer BadFilter => DavAnswer.Failed(DavNames.SupportedFilter, StatusCodes.Status403Forbidden);

    private static string FoldAscii(string text) => string.Create(text.Length, text, static (folded, text) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            folded[i] = char.IsAsciiLetterLower(text[i]) ? (char)(text[i] - 32) : text[i];
        }
    });

    // RFC 5051: upper case (title case, for the few letters where that differs), then decomposed.
    private static string FoldUnicode(string text) => text.ToUpperInvariant().Normalize(NormalizationForm.FormKD);
}
