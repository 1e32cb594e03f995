namespace OrleansIM.Client.Tests.Store;

/// <summary>A folder for a store that is removed with the test.</summary>
internal sealed class StoreFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orleansim-store-").FullName;

    /// <summary>The files of a kind, in all scopes.</summary>
    public string[] Files(string pattern = "*.json") => Directory.GetFiles(Path, pattern, SearchOption.AllDirectories);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
