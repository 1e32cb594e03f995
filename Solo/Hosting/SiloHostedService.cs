using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>Starts and stops, stage by stage, everything that takes part in the host's life.</summary>
internal sealed class SiloHostedService(
    IEnumerable<IConfigurationValidator> validators,
    IEnumerable<ILifecycleParticipant<ISiloLifecycle>> participants,
    ILocalSiloDetails silo,
    ILogger<SiloHostedService> logger) : IHostedService, ISiloLifecycle
{
    private readonly List<(int Stage, ILifecycleObserver Observer)> _observers = [];
    private int _started = int.MinValue;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        _observers.Add((stage, observer));
        return new Subscription(() => _observers.RemoveAll(o => o.Observer == observer));
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var validator in validators)
        {
            validator.ValidateConfiguration();
        }

        foreach (var participant in participants)
        {
            participant.Participate(this);
        }

        foreach (var stage in _observers.GroupBy(o => o.Stage).OrderBy(s => s.Key).ToArray())
        {
            _started = stage.Key;
            await Task.WhenAll(stage.Select(o => o.Observer.OnStart(cancellationToken)));
        }

        Log.Started(logger, silo.SiloAddress);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var failures = new List<Exception>();
        foreach (var stage in _observers.GroupBy(o => o.Stage).Where(s => s.Key <= _started).OrderByDescending(s => s.Key).ToArray())
        {
            try
            {
                await Task.WhenAll(stage.Select(o => o.Observer.OnStop(cancellationToken)));
            }
            catch (Exception exception)
            {
                failures.Add(exception);
            }
        }

        _observers.Clear();
        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
