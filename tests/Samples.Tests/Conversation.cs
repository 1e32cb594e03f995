using System.Diagnostics;
using System.Text;

namespace OrleansIM.Samples.Tests;

/// <summary>A program one talks to over pipes.</summary>
internal sealed class Conversation : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly StringBuilder _heard = new();

    public Conversation(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _ = HearAsync(_process.StandardOutput);
        _ = HearAsync(_process.StandardError);
    }

    public Task SayAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Returns when it has said that line, or a part of one.</summary>
    public async Task HearsAsync(string text)
    {
        try
        {
            await Eventually.TrueAsync(() => Heard().Contains(text, StringComparison.Ordinal), text, s_patience);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} It said\n{Heard()}");
        }
    }

    /// <summary>Says nothing more, and returns the exit code.</summary>
    public async Task<int> EndAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(s_patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    /// <summary>Not line by line: on a screen the last one has no end.</summary>
    private async Task HearAsync(StreamReader said)
    {
        var some = new char[4096];
        while (await said.ReadAsync(some) is > 0 and var count)
        {
            lock (_heard)
            {
                _heard.Append(some, 0, count);
            }
        }
    }

    /// <summary>All that it has said so far.</summary>
    public string Heard()
    {
        lock (_heard)
        {
            return _heard.ToString();
        }
    }
}
