using System.Diagnostics;
using OrleansIM.LoadTest.Measuring;

namespace OrleansIM.LoadTest.Load;

/// <summary>Looks at a run once a second.</summary>
internal sealed class Sampler(LoadRun run, RateProfile profile, Func<int> underWay)
{
    private readonly List<Sample> _samples = [];
    private long _lastAt;
    private long _arrivals, _sent, _acknowledged, _delivered, _signIns, _presences, _mails, _errors;
    private double _clientCpu;
    private double? _serverCpu;

    public IReadOnlyList<Sample> Samples => _samples;

    /// <summary>Samples until it is stopped, and tells of each.</summary>
    public async Task RunAsync(long start, Action<Sample> tell, CancellationToken stop)
    {
        _lastAt = start;
        var counters = run.Counters;
        (_arrivals, _sent, _acknowledged, _delivered) = (counters.Arrivals, counters.Sent, counters.Acknowledged, counters.Delivered);
        (_signIns, _presences, _mails, _errors) = (counters.SignIns, counters.Presences, counters.Mails, counters.Errors);
        _clientCpu = ProcessWatch.Cpu([Environment.ProcessId]) ?? 0;
        _serverCpu = ProcessWatch.Cpu(run.Server.Processes);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var sample = Take(start);
                _samples.Add(sample);
                tell(sample);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the load.
        }
    }

    private Sample Take(long start)
    {
        var now = Stopwatch.GetTimestamp();
        var seconds = Stopwatch.GetElapsedTime(_lastAt, now).TotalSeconds;
        _lastAt = now;
        var clientCpu = ProcessWatch.Cpu([Environment.ProcessId]) ?? 0;
        var serverCpu = ProcessWatch.Cpu(run.Server.Processes);
        var at = Stopwatch.GetElapsedTime(start, now).TotalSeconds;
        var sample = new Sample
        {
            At = Math.Round(at, 2),
            Planned = Math.Round(profile.At(at), 1),
            Arrivals = PerSecond(run.Counters.Arrivals, ref _arrivals),
            Sent = PerSecond(run.Counters.Sent, ref _sent),
            Acknowledged = PerSecond(run.Counters.Acknowledged, ref _acknowledged),
            Delivered = PerSecond(run.Counters.Delivered, ref _delivered),
            SignIns = PerSecond(run.Counters.SignIns, ref _signIns),
            Presences = PerSecond(run.Counters.Presences, ref _presences),
            Mails = PerSecond(run.Counters.Mails, ref _mails),
            Errors = PerSecond(run.Counters.Errors, ref _errors),
            Online = run.Online,
            UnderWay = underWay(),
            MemoryMb = ProcessWatch.MemoryMb(run.Server.Processes) is { } memory ? Math.Round(memory, 1) : null,

            // A process that was started again has used less than the one before it.
            ServerCores = serverCpu >= _serverCpu ? Math.Round((serverCpu.Value - _serverCpu!.Value) / seconds, 2) : null,
            ClientCores = Math.Round((clientCpu - _clientCpu) / seconds, 2),
            Times = run.Meters.All.Select(meter => (meter.Name, Times: meter.TakeInterval())).Where(pair => pair.Times is not null)
                .ToDictionary(pair => pair.Name, pair => pair.Times!),
        };
        (_clientCpu, _serverCpu) = (clientCpu, serverCpu);
        return sample;

        double PerSecond(long count, ref long before)
        {
            var rate = (count - before) / seconds;
            before = count;
            return Math.Round(rate, 1);
        }
    }
}
