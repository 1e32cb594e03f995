using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OrleansIM.Mail.Tests.Scripted;

/// <summary>A connection as the scripted server sees it. Text is Latin-1 on the wire: a character is a byte.</summary>
public sealed class ScriptedPeer
{
    private readonly Socket _socket;
    private readonly ConcurrentQueue<string> _heard;
    private readonly CancellationToken _stop;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Stream _stream;
    private int _at, _end;

    internal ScriptedPeer(Socket socket, ConcurrentQueue<string> heard, CancellationToken stop)
    {
        (_socket, _heard, _stop) = (socket, heard, stop);
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    public bool IsClosed { get; private set; }

    /// <summary>Cancelled when the server is disposed: for a script that falls silent.</summary>
    public CancellationToken Stopping => _stop;

    /// <summary>Sends text as it is.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream.WriteAsync(bytes, _stop);
        await _stream.FlushAsync(_stop);
    }

    /// <summary>Sends a line and its CRLF.</summary>
    public Task SendLineAsync(string line) => SendAsync(line + "\r\n");

    /// <summary>What the client says next, without CRLF.</summary>
    /// <exception cref="IOException">It has gone.</exception>
    public async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            var b = await ReadByteAsync();
            if (b == '\n')
            {
                var text = line.ToString().TrimEnd('\r');
                _heard.Enqueue(text);
                return text;
            }

            line.Append((char)b);
        }
    }

    /// <summary>So many bytes: a literal.</summary>
    public async Task<string> ReadExactlyAsync(int count)
    {
        var text = new StringBuilder(count);
        while (text.Length < count)
        {
            text.Append((char)await ReadByteAsync());
        }

        return text.ToString();
    }

    /// <summary>Says nothing more, and stays as long as the client does.</summary>
    /// <exception cref="IOException">It has gone.</exception>
    public async Task FallSilentAsync()
    {
        while (true)
        {
            await ReadByteAsync();
        }
    }

    /// <summary>Goes on with TLS: what was read in plain text and not used yet is lost.</summary>
    public async Task StartTlsAsync(X509Certificate2 certificate)
    {
        _at = _end = 0;
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _stop);
        _stream = tls;
    }

    /// <summary>Ends the connection.</summary>
    public void Close()
    {
        IsClosed = true;
        _stream.Dispose();
    }

    /// <summary>Ends the connection without a goodbye: the client gets a reset.</summary>
    public void Reset()
    {
        IsClosed = true;
        _socket.Close(0);
    }

    private async ValueTask<byte> ReadByteAsync()
    {
        if (_at == _end)
        {
            (_at, _end) = (0, await _stream.ReadAsync(_buffer, _stop));
            if (_end == 0)
            {
                throw new IOException("The client has closed the connection.");
            }
        }

        return _buffer[_at++];
    }
}
