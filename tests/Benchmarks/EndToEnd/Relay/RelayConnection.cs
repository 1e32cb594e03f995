using System.Globalization;
using System.Net;
using System.Text;
using OrleansIM.Benchmarks.EndToEnd.Wire;

namespace OrleansIM.Benchmarks.EndToEnd.Relay;

/// <summary>A client of the relay.</summary>
internal class RelayConnection : WebSocketConnection
{
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _expected;

    /// <summary>Connects, says hello and returns when the answers are there.</summary>
    /// <param name="server">Where.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="frames">Frames of the answer.</param>
    /// <param name="bytes">Size of each.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task SignInAsync(IPEndPoint server, string name, int frames, int bytes, CancellationToken cancellation)
    {
        _expected = frames;
        await UpgradeAsync(server, "/relay", null, cancellation);
        Send(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"hello {name} {frames} {bytes}")));
        await _greeted.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellation);
    }

    protected override void OnFrame(ReadOnlySpan<byte> frame)
    {
        if (_expected == 0)
        {
            OnRelayed(frame);
        }
        else if (--_expected == 0)
        {
            _greeted.TrySetResult();
        }
    }

    protected virtual void OnRelayed(ReadOnlySpan<byte> payload)
    {
    }

    protected override void OnLost(Exception reason) => _greeted.TrySetException(reason);
}
