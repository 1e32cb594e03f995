using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using OrleansIM.Mail;

namespace OrleansIM.Gateway.CardDav;

/// <summary>Which properties a request wants of each resource.</summary>
internal sealed class PropertyRequest
{
    /// <summary>The most properties by name: an answer has all of them once for every card.</summary>
    public const int MaxNames = 100;

    private readonly XName[] _names;
    private readonly bool _wantsAll;

    private PropertyRequest(XName[] names, bool wantsAll = false, bool namesOnly = false) => (_names, _wantsAll, NamesOnly) = (names, wantsAll, namesOnly);

    public static PropertyRequest All { get; } = new([], wantsAll: true);

    public bool NamesOnly { get; }

    /// <summary>The version of the cards that are asked for; null if none are.</summary>
    public VCardVersion? CardVersion { get; private init; }

    /// <summary>The only properties of cards that are wanted; null for all.</summary>
    public IReadOnlySet<string>? CardProperties { get; private init; }

    /// <summary>Reads what is in a PROPFIND or a REPORT; a report without any wants none.</summary>
    public static (PropertyRequest Request, DavAnswer? Fault) Read(XElement root)
    {
        if (root.Element(DavNames.PropName) is not null)
        {
            return (new PropertyRequest([], namesOnly: true), null);
        }

        var wantsAll = root.Element(DavNames.AllProp) is not null;
        var named = (wantsAll ? root.Element(DavNames.Include) : root.Element(DavNames.Prop))?.Elements().ToArray();
        if (named is null && !wantsAll && root.Name == DavNames.PropFind)
        {
            return (All, DavAnswer.Plain(StatusCodes.Status400BadRequest, "propfind: prop, allprop or propname."));
        }

        var names = (named ?? []).Select(element => element.Name).Distinct().ToArray();
        if (names.Length > MaxNames)
        {
            return (All, DavAnswer.Plain(StatusCodes.Status400BadRequest, $"prop: at most {MaxNames} properties."));
        }

        return ReadCardData(named?.FirstOrDefault(element => element.Name == DavNames.AddressData), names, wantsAll);
    }

    /// <summary>The names that are asked of a resource.</summary>
    public IEnumerable<XName> NamesFor(DavResource resource) =>
        NamesOnly ? DavProperties.NamesOf(resource) : _wantsAll ? DavProperties.InAllProp(resource).Union(_names) : _names;

    /// <summary>The property of a resource; null if it does not have it.</summary>
    public PropertyValue? Find(XName name, DavResource resource, string pathBase)
    {
        if (name == DavNames.AddressData && resource.Card is { } card && CardVersion is { } version)
        {
            return xml => xml.WriteString(CardProperties is { } some ? card.Write(version, some) : card.Write(version));
        }

        return DavProperties.Find(name, resource, pathBase);
    }

    private static (PropertyRequest Request, DavAnswer? Fault) ReadCardData(XElement? data, XName[] names, bool wantsAll)
    {
        if (data is null)
        {
            return (new PropertyRequest(names, wantsAll), null);
        }

        VCardVersion? version = data.Attribute("version")?.Value switch { null or "3.0" => VCardVersion.V3, "4.0" => VCardVersion.V4, _ => null };
        if (version is null || data.Attribute("content-type")?.Value is not (null or "text/vcard"))
        {
            return (All, DavAnswer.Failed(DavNames.SupportedAddressData));
        }

        var properties = data.Elements(DavNames.CardProp).Select(prop => prop.Attribute("name")?.Value.ToUpperInvariant()).OfType<string>().ToHashSet();
        return (new PropertyRequest(names, wantsAll) { CardVersion = version, CardProperties = properties.Count == 0 ? null : properties }, null);
    }
}
