using System.Buffers;
using System.Net.Sockets;

namespace OrleansIM.Mail;

/// <summary>
/// A buffered connection to a mail server. A read that is given up stays under way, and the next one takes what it brings:
/// so a wait can be cancelled at any moment without losing a byte, under TLS too. Its buffer is small while the server is
/// silent and grows while it talks.
/// </summary>
internal sealed class MailWire(Stream stream, string host) : IAsyncDisposable
{
    private const int MostBuffer = 32 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly byte[] _small = new byte[512];
    private byte[] _buffer = [];
    private Stream? _protected;
    private Task<int>? _reading;
    private int _at, _end;

    public string Host { get; } = host;

    private Stream Stream => _protected ?? stream;

    /// <summary>What has come and was not taken yet.</summary>
    public ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_at, _end - _at);

    /// <summary>Takes bytes of <see cref="Buffered"/>.</summary>
    public void Advance(int bytes) => _at += bytes;

    /// <summary>Waits for more. Only when all is taken.</summary>
    /// <exception cref="MailException"><see cref="MailFault.Unreachable"/>: nothing will come any more.</exception>
    public async ValueTask FillAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            if (_reading is null)
            {
                Grow();
                var read = Stream.ReadAsync(_buffer, CancellationToken.None);
                if (read.IsCompletedSuccessfully)
                {
                    Took(read.Result);
                    return;
                }

                _reading = read.AsTask();
            }

            var bytes = await _reading.WaitAsync(cancellation);
            _reading = null;
            Took(bytes);
        }
        catch (Exception failure) when (IsBroken(failure))
        {
            throw Broken(failure);
        }
    }

    /// <summary>Gives memory back before a long silence.</summary>
    public void Rest()
    {
        if (_reading is null && _at == _end)
        {
            Use(_small);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await Stream.WriteAsync(bytes, cancellation);
            await Stream.FlushAsync(cancellation);
        }
        catch (Exception failure) when (IsBroken(failure))
        {
            throw Broken(failure);
        }
    }

    /// <summary>Goes on with TLS.</summary>
    /// <exception cref="MailException">
    /// <see cref="MailFault.NotSecure"/>: the certificate is not good, or the server (or somebody in between) has said
    /// something in plain text that would pass for protected afterwards (CVE-2011-0411 and its kin).
    /// </exception>
    public async Task ProtectAsync(MailTls tls, CancellationToken cancellation)
    {
        if (_at != _end || _reading is not null)
        {
            throw new MailException(MailFault.NotSecure, $"{Host} said something between STARTTLS and TLS. Somebody may be in between; nothing was sent.");
        }

        _protected = await tls.ProtectAsync(stream, Host, cancellation);
    }

    /// <summary>
    /// Closes the connection. What is below TLS goes first, so that a read that is under way ends before TLS is taken from
    /// under it. Buffers are not given back: somebody may still be reading into them.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(async () => await stream.DisposeAsync());
        await EndAsync(async () => await (_reading ?? Task.CompletedTask).WaitAsync(s_patience));
        await EndAsync(async () => await (_protected?.DisposeAsync() ?? ValueTask.CompletedTask));
    }

    /// <summary>Does something that may fail: the connection is over either way.</summary>
    private static async Task EndAsync(Func<Task> end)
    {
        try
        {
            await end();
        }
        catch (Exception failure) when (IsBroken(failure) || failure is MailException or OperationCanceledException or TimeoutException or InvalidOperationException)
        {
        }
    }

    private static bool IsBroken(Exception failure) => failure is IOException or SocketException or ObjectDisposedException;

    private MailException Broken(Exception? inner) => new(MailFault.Unreachable, $"The connection to {Host} broke.", inner);

    /// <summary>A buffer that was filled to its end was too small.</summary>
    private void Grow()
    {
        if (_buffer.Length == 0)
        {
            Use(_small);
        }
        else if (_end == _buffer.Length && _buffer.Length < MostBuffer)
        {
            Use(ArrayPool<byte>.Shared.Rent(_buffer.Length * 8));
        }
    }

    private void Use(byte[] buffer)
    {
        if (_buffer.Length > _small.Length)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        (_buffer, _at, _end) = (buffer, 0, 0);
    }

    private void Took(int bytes)
    {
        if (bytes == 0)
        {
            throw new MailException(MailFault.Unreachable, $"{Host} closed the connection.");
        }

        (_at, _end) = (0, bytes);
    }
}
