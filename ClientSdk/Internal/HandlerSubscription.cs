using System.Diagnostics;

namespace OrleansIM.Client.Internal;

/// <summary>A handler and what calls it, one event after the other: the thread pool, or where the app says.</summary>
internal sealed class HandlerSubscription : IDisposable
{
    private readonly PageBook _pages;
    private readonly EventSubscription _events;
    private readonly Func<ImEvent, Task> _handler;
    private readonly ImClientOptions _options;
    private volatile bool _disposed;

    public HandlerSubscription(PageBook pages, Func<ImEvent, bool> filter, Func<ImEvent, Task> handler, ImClientOptions options)
    {
        _pages = pages;
        _handler = handler;
        _options = options;
        _events = pages.Subscribe(filter, replay: false);
        _ = Task.Run(PumpAsync);
    }

    public void Dispose()
    {
        _disposed = true;
        _pages.Unsubscribe(_events);
    }

    private async Task PumpAsync()
    {
        try
        {
            while (await _events.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                await (_options.Dispatcher is { } dispatcher ? DispatchAsync(dispatcher) : DrainAsync()).ConfigureAwait(false);
            }
        }
        catch (ImException tooSlow)
        {
            _pages.Unsubscribe(_events);
            if (_options.Dispatcher is { } dispatcher)
            {
                dispatcher.Post(() => Report(tooSlow));
            }
            else
            {
                Report(tooSlow);
            }
        }
    }

    private async Task DrainAsync()
    {
        while (!_disposed && _events.Reader.TryRead(out var happened))
        {
            try
            {
                await _handler(happened).ConfigureAwait(false);
            }
            catch (Exception thrown)
            {
                Report(thrown);
            }
        }
    }

    /// <summary>
    /// Everything that waits in one go, so that a burst of events takes one frame of the engine and not one each. A handler
    /// that awaits lets the engine go on, and the rest waits for it.
    /// </summary>
    private Task<bool> DispatchAsync(IImDispatcher dispatcher)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        dispatcher.Post(Drain);
        return done.Task;

        void Drain()
        {
            // What comes meanwhile waits for the next frame.
            for (var left = _events.Reader.Count; left > 0 && !_disposed && _events.Reader.TryRead(out var happened); left--)
            {
                var handling = Call(happened);
                if (!handling.IsCompleted)
                {
                    _ = handling.ContinueWith(
                        ended => dispatcher.Post(() => GoOn(ended)),
                        CancellationToken.None,
                        TaskContinuationOptions.ExecuteSynchronously,
                        TaskScheduler.Default);
                    return;
                }

                ReportFault(handling);
            }

            done.TrySetResult(true);
        }

        void GoOn(Task ended)
        {
            ReportFault(ended);
            Drain();
        }
    }

    private Task Call(ImEvent happened)
    {
        try
        {
            return _handler(happened);
        }
        catch (Exception thrown)
        {
            return Task.FromException(thrown);
        }
    }

    private void ReportFault(Task ended)
    {
        if (ended.Exception is { } thrown)
        {
            Report(thrown.InnerExceptions.Count == 1 ? thrown.InnerExceptions[0] : thrown);
        }
        else if (ended.IsCanceled)
        {
            Report(new TaskCanceledException(ended));
        }
    }

    private void Report(Exception thrown)
    {
        if (_options.HandlerError is null)
        {
            Trace.TraceError("An event handler of the OrleansIM client failed: " + thrown);
        }
        else
        {
            Tell(_options.HandlerError, thrown);
        }
    }

    private static void Tell(Action<Exception> listener, Exception thrown)
    {
        try
        {
            listener(thrown);
        }
        catch (Exception another)
        {
            Trace.TraceError("HandlerError of the OrleansIM client failed itself: " + another);
        }
    }
}
