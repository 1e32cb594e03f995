using OrleansIM.Client.Tests.Scripted;
using OrleansIM.TestSupport;

namespace OrleansIM.Client.Tests;

/// <summary>Where handlers run, when the app says where.</summary>
public sealed class DispatcherTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ImPump _pump = new();
    private readonly List<string> _seen = [];
    private volatile bool _inFrame;

    [Fact]
    public async Task On_WithAPump_RunsABurstInOneFrame()
    {
        await using var session = await StartAsync();
        using var handler = session.Client.On<MessageReceived>(message => See(message.Body));
        await SendAsync(session, "one", "two", "three");

        Assert.Empty(_seen);
        Frame();

        Assert.Equal(["one", "two", "three"], _seen);
    }

    [Fact]
    public async Task On_HandlerThatAwaits_GoesOnInALaterFrameAndHoldsBackTheNextEvent()
    {
        await using var session = await StartAsync();
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var handler = session.Client.On<MessageReceived>(async message =>
        {
            See(message.Body);
            await answer.Task;
            See(message.Body + " done");
        });
        await SendAsync(session, "one", "two");

        Frame();
        Assert.Equal(["one"], _seen);

        answer.SetResult();
        await Eventually.TrueAsync(
            () =>
            {
                Frame();
                return _seen.Count == 4;
            },
            "both messages to be handled",
            s_patience);
        Assert.Equal(["one", "one done", "two", "two done"], _seen);
    }

    [Fact]
    public async Task On_HandlerThatThrows_IsReportedInTheFrameAndTheNextEventFollows()
    {
        await using var session = await StartAsync(error => See("reported " + error.Message));
        using var handler = session.Client.On<MessageReceived>(message => throw new InvalidOperationException(message.Body));
        await SendAsync(session, "one", "two");

        Frame();

        Assert.Equal(["reported one", "reported two"], _seen);
    }

    [Fact]
    public async Task On_HandlerDisposedBeforeTheFrame_IsNotCalled()
    {
        await using var session = await StartAsync();
        var handler = session.Client.On<MessageReceived>(message => See(message.Body));
        await SendAsync(session, "one");

        handler.Dispose();
        Frame();

        Assert.Empty(_seen);
    }

    [Fact]
    public void Pump_WorkPostedByWork_WaitsForTheNextFrame()
    {
        _pump.Post(() =>
        {
            See("first");
            _pump.Post(() => See("second"));
        });

        Assert.Equal(1, Frame());
        Assert.Equal(["first"], _seen);
        Assert.Equal(1, _pump.Waiting);
        Assert.Equal(1, Frame());
        Assert.Equal(["first", "second"], _seen);
        Assert.Throws<NotSupportedException>(() => _pump.Send(static _ => { }, null));
    }

    [Fact]
    public void Pump_AfterAFrame_LeavesTheContextOfTheThreadAsItWas()
    {
        var before = new SynchronizationContext();
        var outside = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(before);
        try
        {
            SynchronizationContext? inside = null;
            _pump.Post(() => inside = SynchronizationContext.Current);
            _pump.Run();

            Assert.Same(_pump, inside);
            Assert.Same(before, SynchronizationContext.Current);

            Assert.NotNull(SynchronizationContextDispatcher.Current());
            SynchronizationContext.SetSynchronizationContext(null);
            Assert.Throws<InvalidOperationException>(SynchronizationContextDispatcher.Current);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outside);
        }
    }

    [Fact]
    public async Task On_WithAContext_IsPostedThere()
    {
        // A pump is a context, too.
        await using var session = await SignedIn.StartAsync(with: options => options with { Dispatcher = new SynchronizationContextDispatcher(_pump) });
        using var handler = session.Client.On<MessageReceived>(message => See(message.Body));
        await SendAsync(session, "one");

        Frame();

        Assert.Equal(["one"], _seen);
    }

    private Task<SignedIn> StartAsync(Action<Exception>? error = null) =>
        SignedIn.StartAsync(with: options => options with { Dispatcher = _pump, HandlerError = error });

    /// <summary>Returns when all of them wait for the frame.</summary>
    private async Task SendAsync(SignedIn session, params string[] bodies)
    {
        for (var seq = 1; seq <= bodies.Length; seq++)
        {
            await session.Stream.SendAsync(ScriptedStream.Message("ann", seq, "bob", bodies[seq - 1]));
        }

        await Eventually.TrueAsync(
            () => session.Client.Pages["ann"].Cursor == bodies.Length && _pump.Waiting > 0, "the messages to wait for the frame", s_patience);
    }

    private int Frame()
    {
        _inFrame = true;
        try
        {
            return _pump.Run();
        }
        finally
        {
            _inFrame = false;
        }
    }

    private void See(string what)
    {
        Assert.True(_inFrame, $"'{what}' happened outside of a frame.");
        _seen.Add(what);
    }
}
