using System.Collections.Concurrent;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Sessions;

/// <summary>
/// Pushes from accounts of this process on their way to an observer: one after the other in the order in which they came,
/// as through the cluster, and never in the turn of an account. The observer does not throw.
/// </summary>
internal sealed class PushQueue(IGatewayObserver observer) : IGatewayObserver, IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<object> _pushes = [];
    private int _isRunning;

    public void OnEntries(PushedEntries push) => Add(push);

    public void OnSignal(PushedSignal push) => Add(push);

    public void OnSessionsEnded(PushedEnd push) => Add(push);

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            while (_pushes.TryDequeue(out var push))
            {
                Deliver(push);
            }

            Interlocked.Exchange(ref _isRunning, 0);
        }
        while (!_pushes.IsEmpty && TryBegin());
    }

    private void Add(object push)
    {
        _pushes.Enqueue(push);
        if (TryBegin())
        {
            // Without the caller's context: what is done here is not the account's doing.
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }
    }

    private bool TryBegin() => Interlocked.CompareExchange(ref _isRunning, 1, 0) == 0;

    private void Deliver(object push)
    {
        switch (push)
        {
            case PushedEntries entries:
                observer.OnEntries(entries);
                break;
            case PushedSignal signal:
                observer.OnSignal(signal);
                break;
            case PushedEnd end:
                observer.OnSessionsEnded(end);
                break;
        }
    }
}
