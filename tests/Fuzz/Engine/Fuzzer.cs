using System.Diagnostics;

namespace OrleansIM.Fuzz.Engine;

/// <summary>
/// Gives inputs to a target: those on file first, then mutations of them and of every input whose outcome was new. Watches
/// what each costs, and what is left at the end.
/// </summary>
internal sealed class Fuzzer(FuzzTarget target, FuzzOptions options)
{
    private const int MostKept = 1_024;
    private const int LongestKept = 4 * 1024;
    private const int LeastForMemory = 5_000;

    private static readonly TimeSpan s_shrinking = TimeSpan.FromSeconds(20);

    private readonly Mutator _mutator = new(options.Seed, target.Words, target.MaxInput);
    private readonly List<byte[]> _inputs = [.. Corpus.Seeds(target.Name), .. Corpus.Regressions(target.Name).Select(file => file.Bytes)];
    private readonly HashSet<string> _outcomes = [];
    private readonly Dictionary<string, Finding> _findings = [];
    private readonly long _began = Stopwatch.GetTimestamp();

    private byte[] _current = [];
    private long _currentBegan = long.MaxValue;
    private long _count, _greediest, _middle;
    private TimeSpan _slowest;

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    /// <summary>Runs until an end of the options is reached. An input that never ends is left behind, running.</summary>
    public async Task<FuzzReport> RunAsync(CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var last = options.LastInputFile is { } file ? new LastInput(file, Math.Max(target.MaxInput, _inputs.Select(input => input.Length).DefaultIfEmpty().Max())) : null;
        var run = Task.Run(() => TryAllAsync(last, over.Token), CancellationToken.None);
        var stuck = WatchAsync(over.Token);
        var isOver = await Task.WhenAny(run, stuck) == run || stop.IsCancellationRequested;
        await over.CancelAsync();
        if (isOver)
        {
            await run;
            last?.Clear();
            await LookForLeftoversAsync();
        }
        else
        {
            Add(new Finding("never ends", $"Running for {options.Stuck.TotalSeconds:0} s and more.", _current));
        }

        return Report();
    }

    private async Task TryAllAsync(LastInput? last, CancellationToken stop)
    {
        foreach (var input in _inputs.ToArray())
        {
            await TryAsync(input, last);
        }

        while (!stop.IsCancellationRequested && _count < options.Inputs && Elapsed < options.Time && _findings.Count < options.MostFindings)
        {
            await TryAsync(_mutator.Next(_inputs), last);
            if (_middle == 0 && (_count >= options.Inputs / 2 || Elapsed > options.Time / 2))
            {
                _middle = GC.GetTotalMemory(forceFullCollection: true);
            }
        }
    }

    private async Task TryAsync(byte[] input, LastInput? last)
    {
        last?.Keep(input);
        _count++;
        if (await FindAsync(input) is not { } finding || _findings.ContainsKey(finding.Kind))
        {
            return;
        }

        Add(finding);
        var smaller = await Minimizer.ShrinkAsync(input, async one => (await FindAsync(one))?.Kind == finding.Kind, s_shrinking);
        _findings[finding.Kind] = (await FindAsync(smaller)) is { } same && same.Kind == finding.Kind ? same : finding;
    }

    private void Add(Finding finding) => _findings.TryAdd(finding.Kind, finding);

    /// <summary>What is wrong with what becomes of an input. What it costs counts if it does so each time of three.</summary>
    private async Task<Finding?> FindAsync(byte[] input)
    {
        var finding = await TryOnceAsync(input);
        for (var times = 1; times < 3 && finding is { IsOfCost: true }; times++)
        {
            finding = await TryOnceAsync(input);
        }

        return finding;
    }

    private async Task<Finding?> TryOnceAsync(byte[] input)
    {
        _current = input;
        var (own, total, began) = (GC.GetAllocatedBytesForCurrentThread(), GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
        Volatile.Write(ref _currentBegan, began);
        try
        {
            // What is done at once is this thread's alone; else whatever the process does counts.
            var work = target.RunAsync(input);
            var atOnce = work.IsCompleted ? GC.GetAllocatedBytesForCurrentThread() - own : (long?)null;
            var outcome = await work;
            var allocated = atOnce ?? GC.GetTotalAllocatedBytes() - total;
            var time = Stopwatch.GetElapsedTime(began);
            Note(input, outcome, time, allocated);
            return time > options.Slow ? Finding.OfCost("slow", $"{time.TotalSeconds:0.0} s for {input.Length} bytes", input)
                : allocated > target.Allowance(input.Length) ? Finding.OfCost("greedy", $"{allocated / 1048576.0:0.0} MiB allocated for {input.Length} bytes", input)
                : null;
        }
        catch (Exception failure)
        {
            return Finding.Of(failure, input);
        }
        finally
        {
            Volatile.Write(ref _currentBegan, long.MaxValue);
        }
    }

    private void Note(byte[] input, string outcome, TimeSpan time, long allocated)
    {
        _slowest = time > _slowest ? time : _slowest;
        _greediest = Math.Max(_greediest, allocated);
        if (_outcomes.Add(outcome) && _inputs.Count < MostKept && input.Length <= LongestKept)
        {
            _inputs.Add(input);
        }
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        var began = long.MaxValue;
        while (began == long.MaxValue || Stopwatch.GetElapsedTime(began) < options.Stuck)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            began = Volatile.Read(ref _currentBegan);
        }
    }

    private async Task LookForLeftoversAsync()
    {
        if (await target.LeftoversAsync() is { } left)
        {
            Add(new Finding("leaves something behind", left, []));
        }

        var end = GC.GetTotalMemory(forceFullCollection: true);
        if (_count >= LeastForMemory && _middle > 0 && end - _middle > options.MostGrowth)
        {
            Add(new Finding("memory grows", $"{_middle / 1048576.0:0.0} MiB in the middle, {end / 1048576.0:0.0} MiB at the end of {_count:n0} inputs", []));
        }
    }

    private FuzzReport Report() => new()
    {
        Target = target.Name,
        Inputs = _count,
        Time = Elapsed,
        Outcomes = _outcomes.Count,
        Slowest = _slowest,
        Greediest = _greediest,
        Memory = (_middle, GC.GetTotalMemory(forceFullCollection: true)),
        Findings = [.. _findings.Values],
    };
}
