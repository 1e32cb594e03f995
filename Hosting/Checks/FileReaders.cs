namespace OrleansIM.Hosting.Checks;

/// <summary>Who may read a file besides its owner.</summary>
[Flags]
internal enum FileReaders
{
    None = 0,

    /// <summary>The members of its group.</summary>
    Group = 1,

    /// <summary>Every other user of the machine.</summary>
    Everybody = 2,
}

/// <summary>Asks the system that.</summary>
internal static class FileModes
{
    /// <summary>Who gets at a file through its folder and may read it; of a link it is about the file it leads to. None where that is not known.</summary>
    public static FileReaders ReadersOf(string file)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(file))
        {
            return FileReaders.None;
        }

        try
        {
            // The folder of a link says nothing of who gets at the file.
            var target = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(file);
            var (mode, way) = (File.GetUnixFileMode(target), File.GetUnixFileMode(Path.GetDirectoryName(target)!));
            return (mode.HasFlag(UnixFileMode.GroupRead) && way.HasFlag(UnixFileMode.GroupExecute) ? FileReaders.Group : FileReaders.None)
                | (mode.HasFlag(UnixFileMode.OtherRead) && way.HasFlag(UnixFileMode.OtherExecute) ? FileReaders.Everybody : FileReaders.None);
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return FileReaders.None;
        }
    }
}
