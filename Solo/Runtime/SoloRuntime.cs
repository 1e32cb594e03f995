using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>
/// The engine of one host: the activations and the way of every call. A call never runs in its caller's turn; calls of
/// one caller reach a grain in their order.
/// </summary>
internal sealed class SoloRuntime(
    IServiceProvider services,
    GrainClasses classes,
    IOptions<SiloMessagingOptions> messaging,
    IOptions<GrainCollectionOptions> collection,
    ILocalSiloDetails silo,
    ILogger<SoloRuntime> logger,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider timeProvider,
    ActivityPropagation? spans = null) : IGrainRuntime, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private readonly PendingCalls _pending = new();
    private readonly CancellationTokenSource _stopped = new();
    private volatile HostState _state;

    private enum HostState
    {
        NotStarted,
        Running,
        Draining,
        Stopped,
    }

    public IServiceProvider Services { get; } = services;
    public ILogger Logger { get; } = logger;
    public ObserverTable Observers { get; } = new(logger);
    public SiloMessagingOptions MessagingOptions { get; } = messaging.Value;
    public GrainCollectionOptions CollectionOptions { get; } = collection.Value;
    public TimeProvider TimeProvider { get; } = timeProvider;
    public string SiloIdentity => SiloAddress.ToString();
    public SiloAddress SiloAddress => silo.SiloAddress;
    public IGrainFactory GrainFactory => Services.GetRequiredService<IGrainFactory>();
    public ITimerRegistry TimerRegistry => Services.GetRequiredService<ITimerRegistry>();
    public IServiceProvider ServiceProvider => Services;

    /// <summary>True from the moment in which the host stops: what is not active stays so.</summary>
    public bool IsDraining => _state >= HostState.Draining;

    public void DeactivateOnIdle(IGrainContext grainContext)
        => grainContext.Deactivate(new(DeactivationReasonCode.ApplicationRequested, $"{nameof(DeactivateOnIdle)} was called."));

    public void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan) => ((Activation)grainContext).DelayDeactivation(timeSpan);

    public void Send(GrainId target, Call call)
    {
        call.FollowCancellation(this);
        call.Method.Detach(call.Arguments);
        call.Target = target;
        call.Context = RequestContext.Export();
        call.Span = spans is null ? null : ActivityPropagation.OfCaller();
        if (call.IsOneWay)
        {
            call.Acknowledge();
        }
        else if (_state is HostState.Running or HostState.Draining)
        {
            _pending.Add(call, call.Method.Timeout ?? MessagingOptions.ResponseTimeout);
        }

        if (_state is HostState.NotStarted or HostState.Stopped)
        {
            call.Fail(Stopped(call));
        }
        else if (target.Type == ObserverTable.GrainType)
        {
            Observers.Deliver(call);
        }
        else
        {
            Deliver(call);
        }
    }

    /// <summary>The caller's token was cancelled: the caller goes on at once, the grain sees it on its own token.</summary>
    public void OnCancelled(Call call, CancellationToken token)
    {
        if (MessagingOptions.WaitForCancellationAcknowledgement || call.Fail(new OperationCanceledException(token)))
        {
            CancelAtTarget(call);
        }
    }

    /// <summary>Puts the next activation, or none, in the place of one that has ended.</summary>
    public void Replace(Activation ended, Activation? next)
    {
        if (next is null)
        {
            _activations.TryRemove(new(ended.GrainId, ended));
        }
        else
        {
            _activations.TryUpdate(ended.GrainId, next, ended);
        }
    }

    public static SiloUnavailableException Stopped(Call call)
        => new($"The local Orleans host is not running, or shutting down, and can no longer process the request: {call}.");

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(SoloRuntime), ServiceLifecycleStage.RuntimeInitialize, Start, Stop);
        lifecycle.Subscribe(nameof(SoloRuntime), ServiceLifecycleStage.GrainDeactivation, _ => Task.CompletedTask, Drain);
    }

    private Task Start(CancellationToken cancellation)
    {
        _state = HostState.Running;
        _ = EndWaiting();
        _ = CollectIdle();
        return Task.CompletedTask;
    }

    private async Task Drain(CancellationToken cancellation)
    {
        _state = HostState.Draining;
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "This process is terminating.");
        var ending = _activations.Values.ToArray();
        foreach (var activation in ending)
        {
            activation.Deactivate(reason, cancellation);
        }

        await Task.WhenAll(ending.Select(a => a.Deactivated)).WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task Stop(CancellationToken cancellation)
    {
        _state = HostState.Stopped;
        await _stopped.CancelAsync();
        foreach (var call in _pending.Expired(long.MaxValue))
        {
            call.Fail(Stopped(call));
        }
    }

    private void Deliver(Call call)
    {
        while (true)
        {
            if (!_activations.TryGetValue(call.Target, out var activation))
            {
                if (IsDraining)
                {
                    call.Fail(Stopped(call));
                    return;
                }

                if (classes.Find(call.Target.Type) is not { } grainClass)
                {
                    call.Fail(new ArgumentException($"Could not find an implementation for grain type {call.Target.Type}"));
                    return;
                }

                activation = _activations.GetOrAdd(call.Target, new Activation(this, grainClass, call.Target, call.Context));
            }

            if (activation.TryEnqueue(call))
            {
                return;
            }
        }
    }

    private static void CancelAtTarget(Call call)
    {
        if (call.Cancellation is not { } cancellation)
        {
            return;
        }

        if (call.Activation is { } activation)
        {
            activation.Cancel(call);
        }
        else
        {
            cancellation.Cancel();
        }
    }

    private async Task EndWaiting()
    {
        var period = TimeSpan.FromMilliseconds(Math.Clamp(MessagingOptions.ResponseTimeout.TotalMilliseconds, 1, 1000));
        using var timer = new PeriodicTimer(period, Services.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Messaging));
        while (await NextTick(timer))
        {
            foreach (var call in _pending.Expired(Stopwatch.GetTimestamp()))
            {
                var timeout = call.Method.Timeout ?? MessagingOptions.ResponseTimeout;
                if (call.Fail(new TimeoutException($"Response did not arrive on time in {timeout} for message: {call}.")))
                {
                    Log.TimedOut(Logger, timeout, call.ToString());
                    if (MessagingOptions.CancelRequestOnTimeout)
                    {
                        CancelAtTarget(call);
                    }
                }
            }
        }
    }

    private async Task CollectIdle()
    {
        using var timer = new PeriodicTimer(CollectionOptions.CollectionQuantum);
        while (await NextTick(timer))
        {
            foreach (var (_, activation) in _activations)
            {
                activation.DeactivateIfIdle();
            }
        }
    }

    private async ValueTask<bool> NextTick(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stopped.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
