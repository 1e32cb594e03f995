using System.Diagnostics;
using System.Text;
using System.Text.Json;
using OrleansIM.LoadTest.Command;

namespace OrleansIM.LoadTest.Tests.Faulty;

/// <summary>The server of a run dies: the run ends too, and says why.</summary>
public sealed class ServerThatIsGoneTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("friendships")]
    [InlineData(" online")]
    public async Task ServerOfItsOwn_Killed_EndsTheRunWithTheReason(string when)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "There is no /proc.");

        // By this one it is found among the servers of the other tests.
        var setting = $"--Accounts:PasswordIterations={Random.Shared.Next(1_001, 9_999)}";
        var json = Path.Combine(_folder.Path, "result.json");
        using var said = new Transcript();
        using var complaints = new Transcript();
        var running = Task.Run(() => new LoadTestCommand(said, complaints, isTerminal: true)
            .RunAsync(["steady-chat", "--users", "30", "--seconds", "900", "--rate", "50", "--json", json, setting], CancellationToken.None));
        await Eventually.TrueAsync(() => running.IsCompleted || said.ToString().Contains(when, StringComparison.Ordinal), "the run to get so far", TimeSpan.FromSeconds(120));
        Assert.False(running.IsCompleted, said.ToString());

        using (var server = Process.GetProcessById(Find(setting)))
        {
            server.Kill();
        }

        var code = await running.WaitAsync(TimeSpan.FromSeconds(120));
        var complaint = Assert.Single(complaints.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(LoadTestCommand.Unusable, code);
        Assert.StartsWith("loadtest: the server that was started for this ended by itself, with code 137", complaint, StringComparison.Ordinal);
        if (when == " online")
        {
            Assert.Contains("UNKNOWN", said.ToString(), StringComparison.Ordinal);
            using var result = JsonDocument.Parse(await File.ReadAllTextAsync(json));
            Assert.True(result.RootElement.GetProperty("sent").GetInt64() > 0);
            Assert.Equal(complaint, "loadtest: " + result.RootElement.GetProperty("stopped").GetString());
            Assert.False(result.RootElement.TryGetProperty("verifiedEntries", out _));
        }
    }

    private static int Find(string argument) => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
        .Single(id => id != 0 && id != Environment.ProcessId && CommandLine(id).Contains(argument, StringComparison.Ordinal));

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return "";
        }
    }

    /// <summary>What is written, to be read meanwhile.</summary>
    private sealed class Transcript : TextWriter
    {
        private readonly StringBuilder _text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_text)
            {
                _text.Append(value);
            }
        }

        public override void Write(string? value)
        {
            lock (_text)
            {
                _text.Append(value);
            }
        }

        public override string ToString()
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }
}
