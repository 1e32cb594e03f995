using OrleansIM.Hosting.Checks;

namespace OrleansIM.Silo.Tests.Checks;

/// <summary>Who may read a file.</summary>
public sealed class FileModesTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData(UnixFileMode.OtherRead | UnixFileMode.GroupRead, UnixFileMode.OtherExecute | UnixFileMode.GroupExecute, "Group, Everybody")]
    [InlineData(UnixFileMode.OtherRead | UnixFileMode.GroupRead, UnixFileMode.OtherExecute, "Everybody")]
    [InlineData(UnixFileMode.GroupRead, UnixFileMode.OtherExecute | UnixFileMode.GroupExecute, "Group")]
    [InlineData(UnixFileMode.OtherRead | UnixFileMode.GroupRead, UnixFileMode.None, "None")]
    [InlineData(UnixFileMode.None, UnixFileMode.OtherExecute | UnixFileMode.GroupExecute, "None")]
    public void ReadersOf_AFileALinkToItAndOneInALinkedFolder_AreThoseOfTheFile(UnixFileMode file, UnixFileMode folder, string readers)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such modes.");
        var there = Directory.CreateDirectory(Path.Combine(_folder.Path, "there")).FullName;
        var path = Path.Combine(there, "secret");
        File.WriteAllText(path, "s3cret");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | file);
            File.SetUnixFileMode(there, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | folder);
        }

        // That everybody gets at the links says nothing.
        var here = Directory.CreateDirectory(Path.Combine(_folder.Path, "here")).FullName;
        TempDirectory.Open(here);
        File.CreateSymbolicLink(Path.Combine(here, "second"), "../there/secret");
        File.CreateSymbolicLink(Path.Combine(here, "first"), "second");
        Directory.CreateSymbolicLink(Path.Combine(here, "folder"), "../there");

        foreach (var name in (string[])[path, Path.Combine(here, "first"), Path.Combine(here, "second"), Path.Combine(here, "folder", "secret")])
        {
            Assert.Equal(readers, FileModes.ReadersOf(name).ToString());
        }
    }

    [Fact]
    public void ReadersOf_AFileThatIsNotThere_AreNone()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "nowhere"), "none");

        Assert.Equal((FileReaders.None, FileReaders.None), (FileModes.ReadersOf(Path.Combine(_folder.Path, "none")), FileModes.ReadersOf(Path.Combine(_folder.Path, "nowhere"))));
    }
}
