using System.Diagnostics;

namespace OrleansIM.Benchmarks.EndToEnd.Measuring;

/// <summary>Drives pairs the same way whatever serves them.</summary>
internal static class PairDrive
{
    /// <summary>A closed loop: every pair keeps as many messages under way as the window.</summary>
    public static async Task<Dictionary<string, double>> SaturateAsync(
        IPairs pairs, int window, TimeSpan warmUp, TimeSpan time, CancellationToken cancellation)
    {
        var ledger = pairs.Ledger;
        pairs.IsRefilling = true;
        for (var message = 0; message < window; message++)
        {
            for (var pair = 0; pair < ledger.Count; pair++)
            {
                pairs.Send(pair);
            }
        }

        await Task.Delay(warmUp, cancellation);
        var result = await MeasureAsync(pairs, time, cancellation);
        pairs.IsRefilling = false;
        await ledger.SettleAsync(cancellation);
        return result;
    }

    /// <summary>An open loop: a fixed rate whatever comes back, round the pairs.</summary>
    /// <exception cref="BenchException">The rate was not kept up.</exception>
    public static async Task<Dictionary<string, double>> PaceAsync(
        IPairs pairs, int rate, TimeSpan warmUp, TimeSpan time, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pacer = new Thread(() => Pace(pairs, rate, stop.Token)) { IsBackground = true, Name = "pacer" };
        pacer.Start();
        await Task.Delay(warmUp, cancellation);
        var result = await MeasureAsync(pairs, time, cancellation);
        await stop.CancelAsync();
        await Task.Run(pacer.Join, cancellation);
        await pairs.Ledger.SettleAsync(cancellation);
        return result["rate"] > rate * 0.97 ? result : throw new BenchException($"Of {rate} messages/s only {result["rate"]:0} were done.");
    }

    private static async Task<Dictionary<string, double>> MeasureAsync(IPairs pairs, TimeSpan time, CancellationToken cancellation)
    {
        var ledger = pairs.Ledger;
        var cpu = CpuWatch.Start(pairs.Servers, pairs.DatabaseId);
        var (confirmed, delivered) = (ledger.Confirmed, ledger.Delivered);
        var recording = ledger.Record = new Recording();
        await Task.Delay(time, cancellation);
        ledger.Record = null;
        (confirmed, delivered) = (ledger.Confirmed - confirmed, ledger.Delivered - delivered);
        var used = cpu.Stop();
        var messages = Math.Min(confirmed, delivered);
        if (ledger.Fault is { } fault)
        {
            throw new BenchException(fault);
        }

        if (messages == 0)
        {
            throw new BenchException($"No message was done in {used.Seconds:0.#} s.");
        }

        return new()
        {
            ["rate"] = messages / used.Seconds,
            // Who stores stores a row for either side.
            ["rows"] = messages * 2 / used.Seconds,
            ["confirmP50"] = recording.Confirmation.Percentile(0.5),
            ["confirmP99"] = recording.Confirmation.Percentile(0.99),
            ["deliveryP50"] = recording.Delivery.Percentile(0.5),
            ["deliveryP99"] = recording.Delivery.Percentile(0.99),
            ["serverCpu"] = used.Server * 1e6 / messages,
            ["databaseCpu"] = used.Database * 1e6 / messages,
            ["clientCpu"] = used.Client * 1e6 / messages,
            ["foreign"] = used.Foreign,
        };
    }

    private static void Pace(IPairs pairs, int rate, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        long sent = 0;
        while (!stop.IsCancellationRequested)
        {
            for (var due = (long)(Stopwatch.GetElapsedTime(start).TotalSeconds * rate); sent < due; sent++)
            {
                pairs.Send((int)(sent % pairs.Ledger.Count));
            }

            Thread.Sleep(1);
        }
    }
}
