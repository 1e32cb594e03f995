using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using OrleansIM.TestSupport;

namespace OrleansIM.Benchmarks.EndToEnd.Processes;

/// <summary>A server that a benchmark started. It is stopped by its id when it is disposed.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptOutput = 8_000;

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    public ChildProcess(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The end of what it printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>A loopback port that nobody has.</summary>
    public static IPEndPoint FreeAddress() => new(IPAddress.Loopback, Ports.Free());

    /// <summary>Returns when the condition holds; fails with what the process printed when it ends before, or in a minute.</summary>
    public async Task WaitUntilAsync(Func<Task<bool>> isReady, string what, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        while (!await isReady())
        {
            if (HasExited || watch.Elapsed > TimeSpan.FromMinutes(2))
            {
                throw new BenchException($"Waited in vain for {what}; the server {(HasExited ? $"ended with code {_process.ExitCode}" : "runs")} and said:\n{Output}");
            }

            await Task.Delay(50, cancellation);
        }
    }

    /// <summary>Asks it to end, waits, and kills it if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            using var ask = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]);
            await ask.WaitForExitAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                await _process.WaitForExitAsync();
            }
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
            if (_output.Length > KeptOutput)
            {
                _output.Remove(0, _output.Length - KeptOutput);
            }
        }
    }
}
