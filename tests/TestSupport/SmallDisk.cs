using System.Diagnostics;
using System.Globalization;

namespace OrleansIM.TestSupport;

/// <summary>
/// A file system of its own that really fills: in memory (tmpfs), which takes root on Linux. It is unmounted however this
/// process ends.
/// </summary>
public sealed class SmallDisk : IDisposable
{
    /// <summary>Why tests are skipped where <see cref="TryMount"/> answers null.</summary>
    public const string MissingReason = "A file system cannot be mounted here (mount -t tmpfs, as root on Linux).";

    // Its input ends with the process that has started it.
    private const string Script = """
        trap '' INT TERM HUP
        mount -t tmpfs -o "size=$2m" orleansim-test "$1" 2>/dev/null || exit 1
        echo mounted
        read -r _
        umount -l "$1"
        rmdir "$1"
        """;

    private readonly Process _holder;

    private SmallDisk(string path, Process holder) => (Path, _holder) = (path, holder);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Mounts one; null if that is not allowed here.</summary>
    public static SmallDisk? TryMount(int megabytes)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return null;
        }

        var path = Directory.CreateTempSubdirectory("orleansim-disk-").FullName;
        var holder = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, "disk", path, megabytes.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        if (holder.StandardOutput.ReadLine() == "mounted")
        {
            return new SmallDisk(path, holder);
        }

        holder.Dispose();
        Directory.Delete(path);
        return null;
    }

    /// <summary>Takes all room that is left, to the last block.</summary>
    public void Fill()
    {
        var block = new byte[4096];
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // That is what was wanted.
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => File.Delete(Ballast);

    /// <inheritdoc />
    public void Dispose()
    {
        _holder.StandardInput.Close();
        _holder.WaitForExit(TimeSpan.FromSeconds(30));
        _holder.Dispose();
    }
}
