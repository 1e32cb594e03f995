using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace OrleansIM.Mail.Tests.Scripted;

/// <summary>
/// A server on the loopback that does what a test says, for each connection anew: what real servers do only on their bad
/// days. <see cref="ScriptedImap"/> and <see cref="ScriptedSmtp"/> answer like a healthy server where nothing else is said.
/// </summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<ScriptedPeer> _peers = [];
    private readonly ConcurrentQueue<string> _heard = new();
    private readonly Func<ScriptedPeer, Task> _script;
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;
    private int _connections;

    private ScriptedServer(Func<ScriptedPeer, Task> script, X509Certificate2? certificate, int port)
    {
        (_script, _certificate) = (script, certificate);
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Starts a server.</summary>
    /// <param name="script">What it does with a connection; the connection is closed when it ends.</param>
    /// <param name="certificate">TLS from the first byte with it; none: plain.</param>
    /// <param name="port">Where one was before that is back now; else a free one.</param>
    public static ScriptedServer Start(Func<ScriptedPeer, Task> script, X509Certificate2? certificate = null, int port = 0)
        => new(script, certificate, port);

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections that are open now.</summary>
    public int Open => _peers.Count(peer => !peer.IsClosed);

    /// <summary>Every line that any client has said, in order, without its line end.</summary>
    public IReadOnlyList<string> Heard => [.. _heard];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        foreach (var peer in _peers)
        {
            peer.Close();
        }

        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                socket.NoDelay = true;
                Interlocked.Increment(ref _connections);
                var peer = new ScriptedPeer(socket, _heard, _stop.Token);
                _peers.Add(peer);
                _ = ServeAsync(peer);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(ScriptedPeer peer)
    {
        try
        {
            if (_certificate is not null)
            {
                await peer.StartTlsAsync(_certificate);
            }

            await _script(peer);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException
            or SocketException or System.Security.Authentication.AuthenticationException)
        {
            // The client has gone, or did not like the certificate: what some tests are about.
        }
        finally
        {
            peer.Close();
        }
    }
}
