using System.IO.Compression;
using System.Security.Cryptography;

namespace OrleansIM.Gateway.Web;

/// <summary>A file of the web client, held in memory: there are few, they are small, and they never change while it runs.</summary>
internal sealed class WebFile(string path, byte[] content)
{
    private static readonly Dictionary<string, string> s_types = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".webmanifest"] = "application/manifest+json",
    };

    // On the first request that takes it: a server that nobody looks at compresses nothing.
    private readonly Lazy<byte[]> _compressed = new(() => Compress(content));

    /// <summary>The path it is served at, <c>/js/main.js</c>.</summary>
    public string Path => path;

    public ReadOnlyMemory<byte> Content => content;

    /// <summary>The same in Brotli.</summary>
    public ReadOnlyMemory<byte> Compressed => _compressed.Value;

    /// <summary>Throws for a kind of file that the client has not had: its type belongs in the table.</summary>
    public string ContentType { get; } = s_types[System.IO.Path.GetExtension(path)];

    /// <summary>Changes with the content and with nothing else, so that all gateways of a cluster agree.</summary>
    public string ETag { get; } = $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\"";

    private static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            brotli.Write(content);
        }

        return compressed.ToArray();
    }
}
