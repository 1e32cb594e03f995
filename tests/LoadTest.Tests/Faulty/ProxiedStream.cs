using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;

namespace OrleansIM.LoadTest.Tests.Faulty;

/// <summary>One stream through the proxy.</summary>
internal sealed class ProxiedStream(WebSocket client, WebSocket server)
{
    private readonly SemaphoreSlim _toClient = new(1, 1);
    private readonly SemaphoreSlim _toServer = new(1, 1);
    private readonly ConcurrentDictionary<string, string> _held = new();

    public Task ToClientAsync(string frame) => SendAsync(client, _toClient, frame);

    public Task ToServerAsync(string frame) => SendAsync(server, _toServer, frame);

    /// <summary>Keeps an event of an account back until another one of it has passed; what was kept before is let go.</summary>
    public void Hold(string account, string frame)
    {
        _held[account] = frame;

        // If nothing else comes it is only late, which is no fault.
        _ = Task.Delay(TimeSpan.FromSeconds(3)).ContinueWith(_ => ReleaseAsync(account), TaskScheduler.Default);
    }

    public async Task ReleaseAsync(string account)
    {
        if (_held.TryRemove(account, out var frame))
        {
            await ToClientAsync(frame);
        }
    }

    /// <summary>Hands over frame by frame until one side ends.</summary>
    public static async Task PumpAsync(WebSocket from, WebSocket to, Func<string, Task> take)
    {
        var buffer = new byte[64 * 1024];
        using var frame = new MemoryStream();
        try
        {
            while (true)
            {
                var read = await from.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    await to.CloseOutputAsync(from.CloseStatus ?? WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    return;
                }

                frame.Write(buffer, 0, read.Count);
                if (read.EndOfMessage)
                {
                    var text = Encoding.UTF8.GetString(frame.ToArray());
                    frame.SetLength(0);
                    await take(text);
                }
            }
        }
        catch (Exception broken) when (broken is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The other side is told by the end of the stream.
        }
    }

    private static async Task SendAsync(WebSocket to, SemaphoreSlim turn, string frame)
    {
        await turn.WaitAsync();
        try
        {
            await to.SendAsync(Encoding.UTF8.GetBytes(frame).AsMemory(), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        catch (Exception broken) when (broken is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Gone meanwhile.
        }
        finally
        {
            turn.Release();
        }
    }
}
