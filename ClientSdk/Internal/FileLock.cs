namespace OrleansIM.Client.Internal;

/// <summary>A file that one program has at a time. It is let go when it is disposed, or when its program ends, however that ends.</summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Null if somebody has it.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is forbidden.</exception>
    public static FileLock? TryTake(string path)
    {
        try
        {
            return new FileLock(PrivateFiles.OpenAlone(path));
        }
        catch (IOException taken) when (IsTaken(taken))
        {
            return null;
        }
    }

    /// <summary>Waits for it.</summary>
    /// <exception cref="IOException">Others have had it for too long.</exception>
    public static async Task<FileLock> TakeAsync(string path, CancellationToken ct)
    {
        var pause = 1;
        for (var waited = TimeSpan.Zero; ; waited += TimeSpan.FromMilliseconds(pause), pause = Math.Min(pause * 2, 20))
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            if (waited > Patience)
            {
                throw new IOException($"Another program has held {path} for {Patience.TotalSeconds} s.");
            }

            await Task.Delay(pause, ct).ConfigureAwait(false);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Windows: sharing and lock violation; Linux, macOS: EWOULDBLOCK.</summary>
    private static bool IsTaken(IOException error) => error.GetType() == typeof(IOException) && (error.HResult & 0xFFFF) is 32 or 33 or 11 or 35;
}
