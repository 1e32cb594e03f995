using System.Text.Json;

namespace OrleansIM.Client.Tests.Scripted;

/// <summary>What tests of sending have in common.</summary>
internal static class Sends
{
    /// <summary>Stores the next message, which it answers.</summary>
    public static async Task<JsonElement> StoreAsync(this ScriptedStream stream, long seq, string? id = null)
    {
        var request = await stream.ReadAsync("send");
        await stream.StoredAsync(request, seq, id);
        return request;
    }

    public static Task StoredAsync(this ScriptedStream stream, JsonElement request, long seq, string? id = null) =>
        stream.OkAsync(request, $$"""{"id":"{{id ?? "m" + seq}}","seq":{{seq}},"sentAt":"2026-01-02T03:04:05.678Z"}""");

    public static string Text(this JsonElement request, string name) => request.GetProperty(name).GetString()!;

    /// <summary>Waits until the outbox shows something.</summary>
    public static async Task ShowsAsync(this EventTape events, Func<OutgoingMessage, bool> condition)
    {
        while (!condition((await events.SkipToAsync<OutgoingChanged>()).Message))
        {
        }
    }

    /// <summary>Waits until something is so; for what is told by no event.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        for (var end = DateTime.UtcNow.AddSeconds(30); !await condition(); await Task.Delay(10))
        {
            Assert.True(DateTime.UtcNow < end, $"Waited 30 s for {what}.");
        }
    }
}
