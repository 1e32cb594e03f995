using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace OrleansIM.Hosting.Storage;

/// <summary>
/// Keeps the keys of Data Protection beside what they protect. The interface is synchronous and may be called anywhere,
/// also on a grain's turn: the work runs on the pool, so that it never waits for the very turn that waits for it.
/// </summary>
internal sealed class DatabaseKeyRepository(IStorageDatabase database) : IDeletableXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
        => [.. Task.Run(database.ReadKeysAsync).GetAwaiter().GetResult().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName)
        => Task.Run(() => database.AddKeyAsync(friendlyName ?? "", element.ToString(SaveOptions.DisableFormatting))).GetAwaiter().GetResult();

    public bool DeleteElements(Action<IReadOnlyCollection<IDeletableElement>> chooseElements)
    {
        Deletable[] elements = [.. Task.Run(database.ReadKeysAsync).GetAwaiter().GetResult().Select(xml => new Deletable(xml))];
        chooseElements(elements);
        foreach (var chosen in elements.Where(element => element.DeletionOrder is not null).OrderBy(element => element.DeletionOrder))
        {
            Task.Run(() => database.RemoveKeyAsync(chosen.Xml)).GetAwaiter().GetResult();
        }

        return true;
    }

    private sealed class Deletable(string xml) : IDeletableElement
    {
        public string Xml { get; } = xml;

        public XElement Element { get; } = XElement.Parse(xml);

        public int? DeletionOrder { get; set; }
    }
}
