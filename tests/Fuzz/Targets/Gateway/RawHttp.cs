using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace OrleansIM.Fuzz.Targets;

/// <summary>
/// One HTTP request over a connection of its own, as it stands there: a request line, headers, an empty line, a body. What a
/// client has to say for the request to have an end is added where it is missing: host, length, and that it is the last one.
/// </summary>
internal static class RawHttp
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Null: closed without an answer.</summary>
    public static async Task<RawAnswer?> SendAsync(Uri server, byte[] request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
        await socket.ConnectAsync(server.Host, server.Port);
        using var patience = new CancellationTokenSource(s_patience);
        var answer = new MemoryStream();
        try
        {
            await socket.SendAsync(Complete(request), patience.Token);
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[16 * 1024];
            for (int read; (read = await socket.ReceiveAsync(buffer, patience.Token)) > 0;)
            {
                answer.Write(buffer, 0, read);
            }
        }
        catch (SocketException)
        {
            // Cut: what was said until then counts.
        }

        return answer.Length == 0 ? null : RawAnswer.Parse(answer.ToArray());
    }

    private static byte[] Complete(byte[] request)
    {
        var end = request.AsSpan().IndexOf("\n\n"u8);
        var head = Encoding.Latin1.GetString(request, 0, end < 0 ? request.Length : end).TrimEnd('\n').Replace("\r", "", StringComparison.Ordinal).Split('\n').ToList();
        var body = end < 0 ? [] : request[(end + 2)..];
        Add("Host", "im.example");
        Add("Connection", "close");
        if (!head.Any(line => line.StartsWith("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)))
        {
            head.RemoveAll(line => line.StartsWith("Content-Length", StringComparison.OrdinalIgnoreCase));
            Add("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture));
        }

        return [.. Encoding.Latin1.GetBytes(string.Join("\r\n", head) + "\r\n\r\n"), .. body];

        void Add(string name, string value)
        {
            head.RemoveAll(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase) && name == "Connection");
            if (!head.Any(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)))
            {
                head.Add($"{name}: {value}");
            }
        }
    }
}

/// <summary>An answer: status, headers as they stand there, body.</summary>
internal sealed record RawAnswer(int Status, string Head, string Body)
{
    public bool Says(string header) => Head.Contains(header, StringComparison.OrdinalIgnoreCase);

    public static RawAnswer Parse(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var head = end < 0 ? text : text[..end];
        return new RawAnswer(int.TryParse(head.AsSpan(head.IndexOf(' ') + 1, 3), out var status) ? status : 0, head, end < 0 ? "" : text[(end + 4)..]);
    }
}
