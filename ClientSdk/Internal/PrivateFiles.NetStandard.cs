using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OrleansIM.Client.Internal;

/// <summary>Files and folders that only the user can read, where the base library knows no Unix modes.</summary>
internal static class PrivateFiles
{
    private const uint ForUser = 0x180; // 0600
    private const uint FolderForUser = 0x1C0; // 0700

    public static void CreateFolder(string path)
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path);
            Restrict(path, FolderForUser);
        }
    }

    /// <summary>A new file, in place of one that is there.</summary>
    public static FileStream Create(string path) => Open(path, FileMode.Create);

    /// <summary>A file, made if it is not there, that nobody else can open meanwhile.</summary>
    public static FileStream OpenAlone(string path) => Open(path, FileMode.OpenOrCreate);

    /// <summary>Puts a file in the place of another, or where there is none.</summary>
    public static void Replace(string part, string file)
    {
        if (File.Exists(file))
        {
            File.Replace(part, file, destinationBackupFileName: null);
        }
        else
        {
            File.Move(part, file);
        }
    }

    /// <summary>A name for a file that is known by a text of any kind.</summary>
    public static string NameOf(string text)
    {
        using var sha = SHA256.Create();
        return BitConverter.ToString(sha.ComputeHash(Encoding.UTF8.GetBytes(text)), 0, 16).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
    }

    private static FileStream Open(string path, FileMode mode)
    {
        var file = new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        Restrict(path, ForUser);
        return file;
    }

    private static void Restrict(string path, uint mode)
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            return;
        }

        try
        {
            _ = Chmod(path, mode);
        }
        catch (Exception none) when (none is DllNotFoundException or EntryPointNotFoundException)
        {
            // No libc by that name: a sandbox, whose files are the app's alone.
        }
    }

    [DllImport("libc", EntryPoint = "chmod", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Chmod(string path, uint mode);
}
