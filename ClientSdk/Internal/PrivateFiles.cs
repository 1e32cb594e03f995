using System.Security.Cryptography;
using System.Text;

namespace OrleansIM.Client.Internal;

/// <summary>Files and folders that only the user can read. For netstandard2.1: PrivateFiles.NetStandard.cs.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode ForUser = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, ForUser | UnixFileMode.UserExecute);
        }
    }

    /// <summary>A new file, in place of one that is there.</summary>
    public static FileStream Create(string path) => Open(path, FileMode.Create);

    /// <summary>A file, made if it is not there, that nobody else can open meanwhile.</summary>
    public static FileStream OpenAlone(string path) => Open(path, FileMode.OpenOrCreate);

    /// <summary>Puts a file in the place of another, or where there is none.</summary>
    public static void Replace(string part, string file) => File.Move(part, file, overwrite: true);

    /// <summary>A name for a file that is known by a text of any kind.</summary>
    public static string NameOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    private static FileStream Open(string path, FileMode mode)
    {
        var how = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 1 };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = ForUser;
        }

        return new FileStream(path, how);
    }
}
