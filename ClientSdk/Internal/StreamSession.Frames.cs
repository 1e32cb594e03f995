using System.Text.Json;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <content>What goes over one connection: the greeting, answers, events.</content>
internal sealed partial class StreamSession
{
    private const long NoId = -1;

    private void SayHello(Life life)
    {
        var resume = pages.BeginConnection();
        life.HelloId = Requests.NextId();
        life.Connection.Write(JsonFrame.Request(life.HelloId, "hello", writer =>
        {
            writer.WriteString("token", Token);
            Presence.Write(writer);
            if (resume.Count == 0)
            {
                return;
            }

            writer.WriteStartObject("resume");
            foreach (var (account, cursor) in resume)
            {
                writer.WriteNumber(account, cursor);
            }

            writer.WriteEndObject();
        }));
    }

    /// <summary>Takes a frame; false after <c>bye</c>.</summary>
    private bool TakeFrame(Life life, ReadOnlyMemory<byte> frame)
    {
        using var document = JsonDocument.Parse(frame);
        var root = document.RootElement;
        if (root.Number("re") is { } id)
        {
            if (id == life.HelloId)
            {
                // Once: each would begin a heartbeat of its own.
                life.HelloId = NoId;
                TakeHello(life, root);
            }
            else
            {
                Requests.Complete(id, root);
            }

            return true;
        }

        return TakeEvent(life, root);
    }

    private void TakeHello(Life life, JsonElement answer)
    {
        if (answer.Find("err") is { } error)
        {
            life.Refused = true;
            throw JsonRead.Error(error);
        }

        var hello = (answer.Find("ok") ?? default).As(ImJson.Default.HelloAnswer);
        foreach (var account in hello.Accounts)
        {
            life.Via[account.Account] = account.Via;
        }

        _hello = hello;
        Requests.GoOnline(life.Connection.Write);
        if (hello.HeartbeatMs > 0)
        {
            _ = life.Connection.KeepAliveAsync(JsonRead.Span(hello.HeartbeatMs), Ping(life.Connection));
        }
    }

    private bool TakeEvent(Life life, JsonElement frame)
    {
        switch (frame.Text("ev"))
        {
            case "page":
                OpenPage(life, frame);
                return true;
            case "ready":
                life.IsReady = true;
                _metrics.Connected(again: _firstReady.Task.IsCompleted);
                told.Status(ConnectionStatus.Online);
                pages.Complete();
                Requests.SendWaiting();
                told.Live();
                life.Ready.TrySetResult(true);
                _firstReady.TrySetResult(true);
                return true;
            case "bye":
                life.Bye = (frame.Find("data") ?? default).As(ImJson.Default.Bye);
                return false;
            case null:
                return true;
            default:
                pages.Take(EventReader.Read(frame));
                return true;
        }
    }

    private void OpenPage(Life life, JsonElement frame)
    {
        if (frame.Text("account") is not { Length: > 0 } account || frame.Find("data") is not { } data)
        {
            throw new ImException(ErrorCodes.Internal, "The server sent a page without account or data.");
        }

        pages.Open(account, life.Via.TryGetValue(account, out var via) ? via : "", data.As(ImJson.Default.PageData));
    }
}
