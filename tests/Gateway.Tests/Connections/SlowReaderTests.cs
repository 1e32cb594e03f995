using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Connections;

/// <summary>A client that does not read costs a bounded amount, nobody else notices, and it loses nothing if it reads on.</summary>
public sealed class SlowReaderTests : IAsyncLifetime
{
    private const int Limit = 256 * 1024;
    private const int LargestFrame = 17 * 1024;

    private readonly string _large = $$"""{"body":"{{new string('x', 16_000)}}"}""";
    private readonly ManualTime _time = new();
    private GatewayHost _host = null!;
    private ClientWebSocket _deaf = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(time: _time);
        _host.World.Add("ann");
        _deaf = new ClientWebSocket();
        await _deaf.ConnectAsync(new Uri($"ws://{_host.Http.BaseAddress!.Authority}/v1/stream"), CancellationToken.None);
        await _deaf.SendAsync(Encoding.UTF8.GetBytes($$"""{"id":0,"op":"hello","token":"{{_host.Token("ann")}}"}"""), WebSocketMessageType.Text, true, CancellationToken.None);
        while ((await ReadAsync())?.GetProperty("ev").GetString() != "ready")
        {
        }
    }

    public async Task DisposeAsync()
    {
        _deaf.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Reader_Stopped_IsBoundedWhileOthersGoOn()
    {
        var other = await _host.SignInAsync("ann");
        var highest = 0;
        for (var i = 1; i <= 2000; i++)
        {
            _host.World["ann"].Append(json: _large);
            _host.World["ann"].Signal("typing", """{"on":true}""");
            highest = Math.Max(highest, _host.LongestQueue);
            if (i % 50 == 0)
            {
                await other.UntilAsync(_ => other.Seqs("ann").LastOrDefault() == i, $"message {i} for the other");
            }
        }

        Assert.InRange(highest, Limit / 2, Limit + LargestFrame);
        Assert.Equal(Enumerable.Range(1, 2000).Select(i => (long)i), other.Seqs("ann"));
    }

    [Fact]
    public async Task Reader_ReadsOn_GetsEverythingFromTheLog()
    {
        for (var i = 1; i <= 2000; i++)
        {
            _host.World["ann"].Append(json: _large);
        }

        var seqs = new List<long>();
        while (seqs.Count < 2000)
        {
            if (await ReadAsync() is { } frame && frame.TryGetProperty("seq", out var seq))
            {
                seqs.Add(seq.GetInt64());
            }
        }

        Assert.Equal(Enumerable.Range(1, 2000).Select(i => (long)i), seqs);
        Assert.Contains("ann.ReadEntries", _host.World.Calls);
    }

    [Fact]
    public async Task Reader_TakesNothingForTooLong_IsClosed()
    {
        var other = await _host.SignInAsync("ann");
        for (var i = 1; i <= 2000; i++)
        {
            _host.World["ann"].Append(json: _large);
        }

        await other.UntilAsync(_ => other.Seqs("ann").LastOrDefault() == 2000, "all messages for the other");
        var id = 0;
        for (var passed = 0; passed < 24 && _host.StreamCount == 2; passed++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await other.AskAsync($$"""{"id":{{++id}},"op":"ping"}""");
        }

        await other.UntilAsync(_ => _host.StreamCount == 1 || Nudge(other), "the slow reader's stream to end");
        Assert.Equal(1, _host.World["ann"].SessionCount);
    }

    [Fact]
    public async Task Requests_WithoutReadingAnswers_AreBounded()
    {
        for (var i = 0; i < 60; i++)
        {
            _host.World["ann"].Append(json: _large);
        }

        // Padded, so that the sockets' own buffers are full soon.
        var request = Encoding.UTF8.GetBytes($$"""{"id":1,"op":"history","as":"ann","limit":200,"pad":"{{new string('x', 30_000)}}"}""");
        var highest = 0;
        var sends = 0;
        var sending = Task.CompletedTask;
        while (sends < 5_000 && (await CompletesAsync(sending) || _host.LongestQueue < Limit))
        {
            try
            {
                await sending;
            }
            catch (WebSocketException)
            {
                break;
            }

            sending = _deaf.SendAsync(request, WebSocketMessageType.Text, true, CancellationToken.None);
            sends++;
            highest = Math.Max(highest, _host.LongestQueue);
        }

        highest = Math.Max(highest, _host.LongestQueue);
        // It waits, or the gateway has ended it.
        Assert.False(sending.IsCompletedSuccessfully, "The gateway went on reading requests whose answers nobody takes.");
        Assert.InRange(highest, 1, Limit + (64 * Limit / 2));
        Assert.InRange(_host.World.Calls.Count(c => c == "ann.ReadHistory"), 1, sends - 1);
    }

    private static async Task<bool> CompletesAsync(Task task)
    {
        try
        {
            await task.WaitAsync(TimeSpan.FromSeconds(2));
            return true;
        }
        catch (Exception stuck) when (stuck is TimeoutException or WebSocketException)
        {
            return false;
        }
    }

    private static bool Nudge(StreamClient client)
    {
        _ = client.SendAsync("""{"id":77777,"op":"ping"}""");
        return false;
    }

    private async Task<JsonElement?> ReadAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var piece = await _deaf.ReceiveAsync(buffer, patience.Token);
            message.Write(buffer, 0, piece.Count);
            if (piece.EndOfMessage)
            {
                var frame = JsonElement.Parse(message.ToArray());
                return frame.TryGetProperty("ev", out _) ? frame : null;
            }
        }
    }
}
