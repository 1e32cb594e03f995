using System.Net;
using System.Net.Sockets;

namespace OrleansIM.Clusters;

/// <summary>
/// Passes connections on to the gateways that are ready, in turns. Like one of the fourth layer: it looks at
/// <c>/readyz</c> before a connection, and leaves those that are there to themselves.
/// </summary>
public sealed class LoadBalancer : IAsyncDisposable
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(2);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private volatile ClusterNode[] _ready = [];
    private IReadOnlyList<ClusterNode> _gateways = [];
    private Task[] _running = [];
    private int _turn;

    /// <summary>Where clients connect.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>The gateways that get new connections.</summary>
    public IReadOnlyList<ClusterNode> Ready => _ready;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await Task.WhenAll(_running);
        _end.Dispose();
    }

    internal async Task StartAsync(IReadOnlyList<ClusterNode> gateways)
    {
        _gateways = gateways;
        _listener.Start();
        Url = new Uri($"http://{_listener.LocalEndpoint}");
        await LookAsync();
        _running = [LookOnAsync(), AcceptAsync()];
    }

    private async Task LookOnAsync()
    {
        using var timer = new PeriodicTimer(s_lookEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                await LookAsync();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task LookAsync()
    {
        var ready = await Task.WhenAll(_gateways.Select(IsReadyAsync));
        _ready = [.. _gateways.Where((_, index) => ready[index])];
    }

    private async Task<bool> IsReadyAsync(ClusterNode gateway)
    {
        try
        {
            return await gateway.IsReadyAsync().WaitAsync(s_answerWithin, _end.Token);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = PassOnAsync(await _listener.AcceptTcpClientAsync(_end.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task PassOnAsync(TcpClient client)
    {
        using var near = client;
        var ready = _ready;
        for (var tried = 0; tried < ready.Length; tried++)
        {
            using var far = new TcpClient();
            var gateway = ready[(uint)Interlocked.Increment(ref _turn) % (uint)ready.Length];
            try
            {
                await far.ConnectAsync(gateway.Url.Host, gateway.Url.Port, _end.Token);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                continue;
            }

            await PumpAsync(near, far);
            return;
        }
    }

    /// <summary>When one side ends, both do.</summary>
    private async Task PumpAsync(TcpClient near, TcpClient far)
    {
        near.NoDelay = far.NoDelay = true;
        try
        {
            await await Task.WhenAny(
                near.GetStream().CopyToAsync(far.GetStream(), _end.Token),
                far.GetStream().CopyToAsync(near.GetStream(), _end.Token));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
        }
    }
}
