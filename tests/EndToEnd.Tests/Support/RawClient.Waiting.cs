namespace OrleansIM.EndToEnd.Tests.Support;

/// <summary>What came, and waiting for it.</summary>
public sealed partial class RawClient
{
    /// <summary>How long anything may take on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<Received> _frames = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _passed;

    /// <summary>The code the stream was closed with; null while it is open, or if it was cut.</summary>
    public int? CloseCode => (int?)_socket.CloseStatus;

    public bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>Everything that came.</summary>
    public Received[] Frames
    {
        get
        {
            lock (_gate)
            {
                return [.. _frames];
            }
        }
    }

    /// <summary>The pages of the session by account: the last one that came of each.</summary>
    public JsonElement Page(string account) => Frames.Last(frame => frame.Is("page", account)).Data;

    /// <summary>The durable events of an account that came one by one.</summary>
    public Received[] Durable(string account) => [.. Frames.Where(frame => frame.Account == account && frame.Seq is not null)];

    /// <summary>The bodies of the messages of an account that came one by one, in order.</summary>
    public string[] Bodies(string account) =>
        [.. Frames.Where(frame => frame.Is("message", account)).Select(frame => frame.Data.Text("body"))];

    /// <summary>The next such event after the one that was waited for last; those between are passed over.</summary>
    public Task<Received> EventAsync(Func<Received, bool> wanted, string what) => WaitAsync(
        frames =>
        {
            for (; _passed < frames.Count; _passed++)
            {
                if (wanted(frames[_passed]))
                {
                    return frames[_passed++];
                }
            }

            return null;
        },
        what);

    public Task<Received> EventAsync(string name, string account) => EventAsync(e => e.Is(name, account), $"{name} of {account}");

    /// <summary>Waits until an event has come, whether before or after those that were waited for.</summary>
    public Task<Received> AnyAsync(Func<Received, bool> wanted, string what) => WaitAsync(frames => frames.Find(frame => wanted(frame)), what);

    /// <summary>Waits until an account has so many messages that came one by one.</summary>
    public Task MessagesAsync(string account, int count) => WaitAsync(
        frames => frames.Count(frame => frame.Is("message", account)) >= count ? frames[^1] : null, $"{count} messages of {account}");

    /// <summary>Waits until nothing is on the way any more: what was queued before this is here when it returns.</summary>
    public Task SettleAsync() => OkAsync("ping");

    /// <summary>Waits for <c>bye</c> and the close, both with this code.</summary>
    public async Task ByeAsync(int code)
    {
        var bye = (await AnyAsync(e => e.Is("bye"), "bye")).Data;
        Assert.Equal(code, bye.GetProperty("code").GetInt32());
        Assert.Equal(code, await EndAsync());
    }

    /// <summary>Waits for the end of the stream and answers its code; null if it was cut.</summary>
    public async Task<int?> EndAsync()
    {
        try
        {
            await _ended.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Waited {Patience.TotalSeconds} s for the end of the stream; got\n{Describe()}");
        }

        return CloseCode;
    }

    private void Remember(Received frame)
    {
        lock (_gate)
        {
            _frames.Add(frame);
            _news.TrySetResult();
            _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async Task<Received> WaitAsync(Func<List<Received>, Received?> find, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Task news;
            var hasEnded = HasEnded;
            lock (_gate)
            {
                if (find(_frames) is { } found)
                {
                    return found;
                }

                news = _news.Task;
            }

            if (hasEnded)
            {
                throw new StreamEndedException(CloseCode, what, Describe());
            }

            try
            {
                await Task.WhenAny(news, _ended.Task).WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Waited {Patience.TotalSeconds} s for {what}; {Account} got\n{Describe()}");
            }
        }
    }

    private string Describe() => string.Join("\n", Frames.TakeLast(20));
}
