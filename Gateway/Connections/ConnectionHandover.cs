using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace OrleansIM.Gateway.Connections;

/// <summary>
/// Lets a stream have its connection for itself. A request that becomes a WebSocket never ends for the server, which keeps
/// its headers, features and buffers as long: a quarter of what an idle session takes. Here the request ends with its answer
/// 101, and the stream is served behind it, on the bare connection.
/// </summary>
/// <remarks>
/// Only where HTTP/1.1 is directly on the connection: TLS of this process and HTTP/2 stay between, and their streams stay
/// in their requests.
/// </remarks>
internal sealed class ConnectionHandover : IConnectionHeartbeatFeature
{
    private readonly ConnectionContext _connection;
    private readonly IDuplexPipe _bare;
    private Action? _heartbeat;
    private Func<Task>? _serve;

    private ConnectionHandover(ConnectionContext connection)
    {
        (_connection, _bare) = (connection, connection.Transport);

        // Who asks for heartbeats is kept until the connection ends, so the server has us to keep in place of its request.
        connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(static handover => ((ConnectionHandover)handover)._heartbeat?.Invoke(), this);
        connection.Features.Set<IConnectionHeartbeatFeature>(this);
        connection.Features.Set(this);
    }

    /// <summary>Connection middleware that comes before all others.</summary>
    public static ConnectionDelegate Install(ConnectionDelegate next) => async connection =>
    {
        var handover = new ConnectionHandover(connection);
        await next(connection);
        var serve = handover._serve;
        (handover._heartbeat, handover._serve) = (null, null);
        if (serve is not null)
        {
            await serve();
        }
    };

    /// <summary>The way out of this request; null if there is none.</summary>
    public static ConnectionHandover? Of(HttpContext http) =>
        http.Features.Get<ConnectionHandover>() is { } handover
        && HttpProtocol.IsHttp11(http.Request.Protocol)
        && http.Features.Get<IConnectionTransportFeature>()?.Transport == handover._bare
            ? handover
            : null;

    /// <summary>Has <paramref name="serve"/> run when the request has ended, which has been answered with 101. The connection ends with it.</summary>
    public void Take(Func<Task> serve) => _serve = serve;

    /// <summary>What the client sends and is sent behind the request.</summary>
    public SharedStream Open() => new(_bare.Input.AsStream(leaveOpen: true), _bare.Output.AsStream(leaveOpen: true), _connection.Abort);

    /// <summary>The stream has ended. What it wrote last is on its way; whoever has not taken it by then is not waited for any longer.</summary>
    public async Task CutAfterAsync(TimeSpan timeout, TimeProvider time)
    {
        await Task.Delay(timeout, time);
        _connection.Abort();
    }

    void IConnectionHeartbeatFeature.OnHeartbeat(Action<object> action, object state) => _heartbeat += () => action(state);
}
