using System.IO.MemoryMappedFiles;

namespace OrleansIM.Fuzz.Engine;

/// <summary>
/// The input that is being tried, in mapped memory: it stays there when the process dies of it (a stack that overflows, a
/// kill), and costs a copy of its bytes.
/// </summary>
internal sealed class LastInput : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public LastInput(string path, int mostBytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, mapName: null, sizeof(int) + mostBytes);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>What a run has left that did not end; null if the last one did.</summary>
    public static byte[]? Left(string path)
    {
        if (!File.Exists(path) || File.ReadAllBytes(path) is not { Length: > sizeof(int) } bytes)
        {
            return null;
        }

        var length = BitConverter.ToInt32(bytes);
        return length > 0 ? bytes.AsSpan(sizeof(int), length).ToArray() : null;
    }

    public void Keep(byte[] input)
    {
        _view.WriteArray(sizeof(int), input, 0, input.Length);
        _view.Write(0, input.Length);
    }

    public void Clear() => _view.Write(0, 0);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
