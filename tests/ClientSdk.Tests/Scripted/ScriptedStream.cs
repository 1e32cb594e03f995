using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansIM.Client.Tests.Scripted;

/// <summary>One connection as the server sees it.</summary>
internal sealed class ScriptedStream(WebSocket socket, HttpContext context)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _left;

    public Task Ended => _ended.Task;

    /// <summary>An empty page.</summary>
    public static string Page(string account, long cursor = 0, bool resumed = false, string more = "") =>
        $$$"""{"ev":"page","account":"{{{account}}}","data":{"role":"master","cursor":{{{cursor}}},"resumed":{{{(resumed ? "true" : "false")}}}{{{more}}}}}""";

    public static string Message(string account, long seq, string from, string body = "hi") =>
        $$$"""{"ev":"message","account":"{{{account}}}","seq":{{{seq}}},"data":{"id":"m{{{seq}}}","from":"{{{from}}}","to":"{{{account}}}","body":"{{{body}}}","kind":"text","sentAt":"2026-01-02T03:04:05.678Z"}}""";

    /// <summary>Answers hello, shows the pages, says ready; returns the hello.</summary>
    public async Task<JsonElement> GreetAsync(params string[] pages)
    {
        var hello = await ReadAsync("hello");
        await HelloOkAsync(hello);
        foreach (var page in pages.Length > 0 ? pages : [Page("ann")])
        {
            await SendAsync(page);
        }

        await SendAsync("""{"ev":"ready","data":{}}""");
        return hello;
    }

    public Task HelloOkAsync(JsonElement hello) => OkAsync(
        hello, """{"session":"s1","accounts":[{"account":"ann","role":"master","via":"account"}],"heartbeatMs":10000}""");

    /// <summary>The next request, which is to be that one.</summary>
    public async Task<JsonElement> ReadAsync(string op)
    {
        var request = await NextAsync().Time($"the request {op}")
            ?? throw new InvalidOperationException($"The client closed the stream instead of sending {op}.");
        Assert.Equal(op, request.GetProperty("op").GetString());
        return request;
    }

    /// <summary>Reads until the client has gone.</summary>
    public async Task GoneAsync()
    {
        while (await NextAsync().Time("the client to go") is not null)
        {
        }

        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            _ended.TrySetResult();
        }
    }

    public Task OkAsync(JsonElement request, string ok = "{}") =>
        SendAsync($$"""{"re":{{request.GetProperty("id").GetRawText()}},"ok":{{ok}}}""");

    public Task RefuseAsync(JsonElement request, string err) =>
        SendAsync($$"""{"re":{{request.GetProperty("id").GetRawText()}},"err":{{err}}}""");

    public Task SendAsync(string frame) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, CancellationToken.None).Time("the client to read");

    public async Task CloseAsync(int code)
    {
        await socket.CloseOutputAsync((WebSocketCloseStatus)code, null, CancellationToken.None);
        await GoneAsync();
    }

    /// <summary>As a killed process does.</summary>
    public void Abort()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            context.Abort();
            _ended.TrySetResult();
        }
    }

    private async Task<JsonElement?> NextAsync()
    {
        var buffer = new byte[128 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                length += read.Count;
                if (read.EndOfMessage)
                {
                    return JsonElement.Parse(buffer.AsSpan(0, length));
                }
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            return null;
        }
    }
}
