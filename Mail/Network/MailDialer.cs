using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace OrleansIM.Mail;

/// <inheritdoc />
/// <remarks>
/// The name is resolved once, and the address that is connected to is one of those that were checked. Addresses are tried
/// in the system's order; each gets its share of <see cref="MailOptions.ConnectTimeout"/>, so that a dead one does not
/// eat the time of the next. Every connection is a <see cref="BoundedStream"/>; those that are dialled inside an operation
/// of a <see cref="BoundedMailboxConnector"/> share its budget.
/// </remarks>
public sealed class MailDialer : IMailDialer
{
    /// <summary>A name with a thousand addresses is somebody's joke.</summary>
    private const int MaxAddresses = 8;

    private readonly MailOptions _options;
    private readonly HostPolicy _policy;
    private readonly TimeProvider _time;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;

    public MailDialer(IOptions<MailOptions> options, HostPolicy policy, TimeProvider time)
        : this(options.Value, policy, time, Dns.GetHostAddressesAsync)
    {
    }

    internal MailDialer(MailOptions options, HostPolicy policy, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        _options = options;
        _policy = policy;
        _time = time;
        _resolve = resolve;
    }

    /// <inheritdoc />
    public async Task<Stream> DialAsync(string host, int port, CancellationToken cancellation)
    {
        var network = await DialAsync(host, port, onlyPrivate: false, cancellation);
        var scope = DialScope.Current;
        var stream = new BoundedStream(network, scope?.Budget ?? new ByteBudget(_options.MaxAnswerBytes));
        scope?.Add(stream);
        return stream;
    }

    /// <summary>A connection without a budget, for who counts answers and not bytes.</summary>
    /// <param name="host">A name or an address.</param>
    /// <param name="port">The port.</param>
    /// <param name="onlyPrivate">Leave out addresses of the Internet: what is to be said there has no protection.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal async Task<NetworkStream> DialAsync(string host, int port, bool onlyPrivate, CancellationToken cancellation)
    {
        if (_policy.RefuseName(host, port) is { } refusal)
        {
            throw refusal;
        }

        var name = HostPolicy.Normalize(host)!;
        var started = _time.GetTimestamp();
        using var limit = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            var addresses = _policy.Choose(name, port, await ResolveAsync(name, both.Token));
            if (onlyPrivate)
            {
                addresses = [.. addresses.Where(address => AddressKinds.Of(address) == AddressKind.Private)];
            }

            return addresses.Count > 0
                ? await ConnectAsync(name, port, addresses, started, both.Token)
                : throw new MailException(MailFault.NotSecure, $"{name} is to be reached without protection. Use https.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Late(name, null);
        }
    }

    private async Task<IPAddress[]> ResolveAsync(string name, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(name, out var address))
        {
            return [address];
        }

        try
        {
            // The system's resolver does not always let itself be cancelled.
            var found = await _resolve(name, cancellation).WaitAsync(cancellation);
            return found.Length > 0 ? [.. found.Select(one => one.IsIPv4MappedToIPv6 ? one.MapToIPv4() : one)] : throw Unknown(name, null);
        }
        catch (SocketException failure)
        {
            throw Unknown(name, failure);
        }
    }

    private async Task<NetworkStream> ConnectAsync(string name, int port, IReadOnlyList<IPAddress> addresses, long started, CancellationToken cancellation)
    {
        var tries = Math.Min(addresses.Count, MaxAddresses);
        Exception? last = null;
        for (var i = 0; i < tries; i++)
        {
            var left = _options.ConnectTimeout - _time.GetElapsedTime(started);
            using var share = new CancellationTokenSource(left > TimeSpan.Zero ? left / (tries - i) : TimeSpan.Zero, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, share.Token);
            try
            {
                return await ConnectAsync(new IPEndPoint(addresses[i], port), both.Token);
            }
            catch (SocketException failure)
            {
                last = failure;
            }
            catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
            {
                last = late;
            }
        }

        throw last is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
            ? new MailException(MailFault.Unreachable, $"Nobody listens at {name} on port {port}.", last)
            : last is SocketException
                ? new MailException(MailFault.Unreachable, $"{name} cannot be reached on port {port}.", last)
                : Late(name, last);
    }

    private static async Task<NetworkStream> ConnectAsync(IPEndPoint end, CancellationToken cancellation)
    {
        var socket = new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // A peer that vanished while nobody speaks is noticed within about two minutes.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
            await socket.ConnectAsync(end, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static MailException Unknown(string name, Exception? inner)
        => new(MailFault.Unreachable, $"There is no host {name}.", inner);

    private MailException Late(string name, Exception? inner)
        => new(MailFault.Unreachable, $"{name} did not answer within {_options.ConnectTimeout.TotalSeconds:0.#} s.", inner);
}
