using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace OrleansIM.Hosting.Storage;

/// <summary>
/// Keeps the keys of Data Protection beside what they protect. The interface is synchronous and may be called anywhere,
/// also on a grain's turn: the work runs on the pool, so that it never waits for the very turn that waits for it.
/// </summary>
internal sealed class DatabaseKeyRepository(IStorageDatabase database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
        => [.. Task.Run(database.ReadKeysAsync).GetAwaiter().GetResult().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName)
        => Task.Run(() => database.AddKeyAsync(friendlyName ?? "", element.ToString(SaveOptions.DisableFormatting))).GetAwaiter().GetResult();
}
