namespace OrleansIM.TestSupport;

/// <summary>A folder that is gone after the test.</summary>
/// <param name="prefix">How its name begins.</param>
public sealed class TempDirectory(string prefix = "orleansim-test-") : IDisposable
{
    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>The folder's full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory(prefix).FullName;

    /// <summary>Lets every user of this system into a folder, as servers need it that run as one of their own.</summary>
    public static void Open(string folder, bool isWritable = false)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, isWritable ? ReadableByAll | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite : ReadableByAll);
        }
    }

    /// <summary>Removes the folder and what is in it.</summary>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }
}
