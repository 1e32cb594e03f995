using System.Globalization;
using System.Text;
using OrleansIM.LoadTest.Checking;
using OrleansIM.LoadTest.Load;
using OrleansIM.LoadTest.Measuring;

namespace OrleansIM.LoadTest.Reporting;

/// <summary>How a run is going, in the terminal: one line that changes; where the output is no terminal, a line every few seconds.</summary>
internal sealed class LiveProgress(TextWriter output, bool isTerminal)
{
    private const int EverySeconds = 5;

    private readonly Lock _gate = new();
    private bool _isLineOpen;

    /// <summary>Says something that stays.</summary>
    public void Say(string text)
    {
        lock (_gate)
        {
            CloseLine();
            output.WriteLine(text);
            output.Flush();
        }
    }

    /// <summary>A second of the load.</summary>
    public void Show(LoadRun run, Sample sample, double seconds)
    {
        if (!isTerminal && (int)sample.At % EverySeconds != 0)
        {
            return;
        }

        lock (_gate)
        {
            var line = Line(run, sample, seconds);
            if (isTerminal)
            {
                output.Write("\r\u001b[2K" + line);
                _isLineOpen = true;
            }
            else
            {
                output.WriteLine(line);
            }

            output.Flush();
        }
    }

    private static string Line(LoadRun run, Sample sample, double seconds)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Clock(sample.At)}/{Clock(seconds)}  {sample.Arrivals,6:0}/s of {sample.Planned:0}");
        foreach (var meter in run.Meters.All)
        {
            if (sample.Times.TryGetValue(meter.Name, out var times) && meter.Name is not "ackMs")
            {
                text.Append(CultureInfo.InvariantCulture, $"  {ShortName(meter.Name)} {times.P50:0.#}/{times.P99:0.#} ms");
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"  {sample.Online} online");
        if (sample.MemoryMb is { } memory)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {memory:0} MB");
        }

        if (run.Counters.Errors > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {run.Counters.Errors} errors");
        }

        var findings = run.World.Findings;
        text.Append(findings.Total == 0
            ? "  no faults"
            : "  FAULTS " + string.Join(' ', Enum.GetValues<Fault>().Where(kind => findings[kind] > 0).Select(kind => $"{RunResult.NameOf(kind)} {findings[kind]}")));
        return text.ToString();
    }

    private static string ShortName(string meter) => meter[..^2] switch { "latency" => "message", "signIn" => "sign-in", var name => name };

    private static string Clock(double seconds) => TimeSpan.FromSeconds(seconds).ToString(seconds >= 3600 ? @"h\:mm\:ss" : @"mm\:ss", CultureInfo.InvariantCulture);

    private void CloseLine()
    {
        if (_isLineOpen)
        {
            output.WriteLine();
            _isLineOpen = false;
        }
    }
}
