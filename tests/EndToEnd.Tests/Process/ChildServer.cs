using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using OrleansIM.EndToEnd.Tests.Support;
using OrleansIM.Silo;

namespace OrleansIM.EndToEnd.Tests.Process;

/// <summary>The real executable as a process of its own. It is killed by its id when it is disposed.</summary>
internal sealed partial class ChildServer : IAsyncDisposable
{
    // A second or two, if nobody else wants the processors.
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(120);

    private const string Anywhere = "--urls=http://127.0.0.1:0";

    private readonly System.Diagnostics.Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private ChildServer(string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        // The build puts the executable, and what it needs to run, beside whoever refers to it.
        start.ArgumentList.Add(typeof(SiloApp).Assembly.Location);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        _process = System.Diagnostics.Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it listens: a port that was free when it took it. Known when it is ready.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    public string Errors => Read(_errors);

    /// <summary>Its log.</summary>
    public string Output => Read(_output);

    /// <summary>Starts it and returns when it is ready.</summary>
    public static Task<ChildServer> StartAsync(string dataDirectory, params string[] settings) => StartAsync(dataDirectory, new Dictionary<string, string>(), settings);

    /// <summary>Starts it with more in its environment, and returns when it is ready.</summary>
    public static async Task<ChildServer> StartAsync(string dataDirectory, IReadOnlyDictionary<string, string> environment, string[] settings)
    {
        var server = new ChildServer(
            [Anywhere, DataDirectory(dataDirectory), "--Accounts:PasswordIterations=1000", "--Gateway:FailedSignInsPerMinute=1000000", .. settings], environment);
        try
        {
            await Eventually.TrueAsync(server.IsReadyAsync, "/readyz to answer 200", s_start);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where one of its side servers listens, by what it is called in the log.</summary>
    public Uri AddressOf(string name)
    {
        var match = Regex.Match(Read(_output), $@"{Regex.Escape(name)} at (?<address>http://\S+:\d+)");
        Assert.True(match.Success, $"The server has said nothing of {name}:\n{Read(_output)}");
        return new Uri(match.Groups["address"].Value);
    }

    /// <summary>Starts it and waits for nothing.</summary>
    public static ChildServer Launch(params string[] settings) => new([Anywhere, .. settings]);

    /// <summary>Starts the executable with these arguments and nothing else, and waits for nothing.</summary>
    public static ChildServer Run(IReadOnlyDictionary<string, string> environment, params string[] arguments) => new(arguments, environment);

    public static string DataDirectory(string path) => $"--Storage:DataDirectory={path}";

    /// <summary>As Kubernetes and people do it.</summary>
    public async Task TerminateAsync()
    {
        using var kill = System.Diagnostics.Process.Start("kill", $"-TERM {_process.Id.ToString(CultureInfo.InvariantCulture)}");
        await kill.WaitForExitAsync();
    }

    /// <summary>As a power failure does it to a process.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>What it has had of the processors.</summary>
    public TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <summary>The memory it takes of the machine (Linux).</summary>
    public long ResidentBytes() => 1024 * long.Parse(
        File.ReadLines($"/proc/{_process.Id.ToString(CultureInfo.InvariantCulture)}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>Waits for its end and answers the exit code.</summary>
    public async Task<int> ExitAsync(TimeSpan timeout)
    {
        using var patience = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"Waited {timeout.TotalSeconds} s for the server to end; it said\n{Read(_output)}{Errors}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        Assert.False(_process.HasExited, $"The server ended instead of getting ready; it said\n{Read(_output)}{Errors}");
        if (ReadyLine().Match(Read(_output)) is not { Success: true } ready)
        {
            return false;
        }

        Address = new Uri(ready.Groups["address"].Value);
        try
        {
            return (await Api.SendAsync(Address, HttpMethod.Get, "readyz", null)).Status == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.AppendLine(line);
        }
    }

    [GeneratedRegex(@"Ready at (?<address>http://\S+:\d+)")]
    private static partial Regex ReadyLine();

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
