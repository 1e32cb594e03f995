using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using OrleansIM.Clusters;
using OrleansIM.LoadTest.Settings;
using OrleansIM.TestSupport;

namespace OrleansIM.LoadTest.Servers;

/// <summary>
/// The real server executable, all in one process: a folder of its own, a free port, stopped by its id. It can be killed,
/// frozen and started again, on the same port and data.
/// </summary>
internal sealed partial class OwnServer : IServerUnderLoad
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly TempDirectory _data = new();
    private readonly IReadOnlyList<string> _settings;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly StringBuilder _output = new();
    private readonly Guardian _guardian;
    private Process? _process;
    private string _listen = "http://127.0.0.1:0";
    private volatile bool _isMeantToRun;

    private OwnServer(IReadOnlyList<string> settings) => (_settings, _guardian) = (settings, new Guardian(_data.Path));

    public string Description => "a server of its own, all in one process";

    public IReadOnlyList<Uri> Gateways { get; private set; } = [];

    public IReadOnlyList<int> Processes => _process is { HasExited: false } process ? [process.Id] : [];

    public bool IsOwn => true;

    public string? WhyGone => _isMeantToRun && _process is { HasExited: true } process
        ? FormattableString.Invariant($"the server that was started for this ended by itself, with code {process.ExitCode}; the last line of its log: {LastLine}")
        : null;

    /// <summary>The executable that was built beside this program.</summary>
    public static string Executable
    {
        get
        {
            // artifacts/<engine>/bin/<project>/<configuration>
            var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
            return Path.GetFullPath(Path.Combine(here, "../../Silo", Path.GetFileName(here), "OrleansIM.Silo.dll"));
        }
    }

    /// <summary>Starts it and returns when it takes clients.</summary>
    /// <param name="settings">More settings, by name; they win over those that every load test has.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<OwnServer> StartAsync(IReadOnlyDictionary<string, string> settings, CancellationToken stop)
    {
        if (!File.Exists(Executable))
        {
            throw new UsageException($"There is no server at {Executable}; ./oim loadtest builds it.");
        }

        var server = new OwnServer([.. Defaults.Concat(settings).Select(setting => $"--{setting.Key}={setting.Value}")]);
        try
        {
            await server.StartAsync(stop);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Passwords are slow to check on purpose; what is measured here is everything else. And nobody is slowed down.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Defaults =>
    [
        new("Accounts:PasswordIterations", "1000"),
        new("Gateway:RegistrationsPerMinute", "100000000"),
        new("Gateway:FailedSignInsPerMinute", "100000000"),
        new("Links:MaxMembers", "64"),
    ];

    /// <summary>Starts it, the first time or again.</summary>
    public async Task StartAsync(CancellationToken stop)
    {
        lock (_output)
        {
            _output.Clear();
        }

        // In a session of its own: Ctrl-C at the terminal ends the load, and what there is has to be looked at then.
        string[] arguments = ["dotnet", Executable, $"--urls={_listen}", $"--Storage:DataDirectory={_data.Path}", .. _settings];
        var process = Process.Start(new ProcessStartInfo("setsid", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _data.Path,
        })!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        _guardian.Keep(process.Id);
        var watch = Stopwatch.StartNew();
        while (!await IsReadyAsync(stop))
        {
            if (process.HasExited || watch.Elapsed > s_patience)
            {
                throw new UsageException($"The server {(process.HasExited ? $"ended with code {process.ExitCode}" : "did not get ready")}. It said:\n{Output}");
            }

            await Task.Delay(50, stop);
        }

        _isMeantToRun = true;
    }

    /// <summary>As a power failure does it to a process.</summary>
    public async Task KillAsync()
    {
        _isMeantToRun = false;
        _process!.Kill();
        await _process.WaitForExitAsync();
        _guardian.Drop(_process.Id);
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public async Task StopAsync()
    {
        _isMeantToRun = false;
        await SignalAsync("TERM");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await _process!.WaitForExitAsync(limit.Token);
            _guardian.Drop(_process.Id);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }
    }

    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await SignalAsync("CONT");
            await StopAsync();
        }

        _process?.Dispose();
        _guardian.Dispose();
        _http.Dispose();
        _data.Dispose();
    }

    private string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    private string LastLine => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last] ? last : "none";

    private async Task SignalAsync(string signal)
    {
        if (_process is not { HasExited: false } process)
        {
            return;
        }

        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private async Task<bool> IsReadyAsync(CancellationToken stop)
    {
        if (ReadyLine().Match(Output) is not { Success: true } ready)
        {
            return false;
        }

        // Started again it has to be found where it was.
        _listen = ready.Groups["address"].Value;
        Gateways = [new Uri(_listen)];
        try
        {
            using var answer = await _http.GetAsync(new Uri(Gateways[0], "readyz"), stop);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is HttpRequestException || (notYet is TaskCanceledException && !stop.IsCancellationRequested))
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            // Of a server that has much to say, the beginning has the address and the end the reason.
            if (_output.Length > 64 * 1024)
            {
                _output.Remove(8 * 1024, _output.Length / 2);
            }

            _output.AppendLine(line);
        }
    }

    [GeneratedRegex(@"Ready at (?<address>http://\S+:\d+)")]
    private static partial Regex ReadyLine();
}
