using System.Diagnostics;
using System.Globalization;
using System.Text;
using OrleansIM.Crash.Tests.Host;

namespace OrleansIM.Crash.Tests.Killing;

/// <summary>A process of <see cref="CrashHost"/>. What it said is in the pipe and is read to the end after its death.</summary>
internal sealed class CrashChild : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly Book[] _books;
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private CrashChild(params KilledStore[] stores)
    {
        _books = [.. stores.Select(store => store.Book)];
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(CrashHost).Assembly.Location);
        foreach (var setting in stores.SelectMany((store, number) => number == 0 ? store.Settings : [CrashHost.Next, .. store.Settings]))
        {
            start.ArgumentList.Add(setting);
        }

        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        _process.BeginErrorReadLine();
        _reading = ReadAsync();
    }

    /// <summary>Starts one with a silo on each store.</summary>
    public static CrashChild Start(params KilledStore[] stores) => new(stores);

    /// <summary>Waits until it has recovered, and takes writers.</summary>
    public async Task ReadyAsync()
    {
        await Task.WhenAny(_ready.Task, _reading).WaitAsync(s_patience);
        Assert.True(_ready.Task.IsCompleted, $"The process ended instead of getting ready; it said\n{_errors}");
    }

    /// <summary>Has each writer of each store begin with its number.</summary>
    public async Task GoAsync(IEnumerable<long> numbers)
    {
        await _process.StandardInput.WriteLineAsync("go " + string.Join(' ', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))));
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>SIGKILL; returns when it is gone and all it said is in the book.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(s_patience);
        await _reading.WaitAsync(s_patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "ready")
            {
                _ready.TrySetResult();
            }
            else if (line.Length > 2)
            {
                _books[line[0] - '0'].Note(line[2..]);
            }
        }
    }
}
