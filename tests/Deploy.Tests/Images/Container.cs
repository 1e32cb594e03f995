using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace OrleansIM.Deploy.Tests.Images;

/// <summary>One of our images as it runs: with no more rights than the manifests give, and on loopback.</summary>
internal sealed class Container : IAsyncDisposable
{
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private static int s_number;

    private readonly Podman _podman;
    private readonly long _started = Stopwatch.GetTimestamp();

    private Container(Podman podman, string name, Uri url, Uri metrics) => (_podman, Name, Url, Metrics) = (podman, name, url, metrics);

    public string Name { get; }

    /// <summary>Where clients are served.</summary>
    public Uri Url { get; }

    /// <summary>Where probes go.</summary>
    public Uri Metrics { get; }

    /// <summary>From the call of Podman until it was ready.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>Starts one and does not wait for it. The network is the machine's: its own addresses give way to free ports on loopback.</summary>
    public static async Task<Container> StartAsync(Podman podman, string image, IEnumerable<string> rights, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var (url, metrics) = (Loopback(), Loopback());
        var container = new Container(podman, $"tested{Interlocked.Increment(ref s_number)}", url, metrics);
        var variables = environment.ToDictionary();
        variables["ASPNETCORE_URLS"] = url.GetLeftPart(UriPartial.Authority);
        variables["Telemetry__MetricsUrl"] = metrics.GetLeftPart(UriPartial.Authority);
        if (variables.ContainsKey("Admin__Url"))
        {
            variables["Admin__Url"] = Loopback().GetLeftPart(UriPartial.Authority);
        }

        // It ends by itself after a while, should nobody be left to end it.
        await podman.RunAsync(
        [
            "run", "--detach", "--timeout", "300", "--name", container.Name, "--network", "host", "--unsetenv", "ASPNETCORE_HTTP_PORTS", .. Podman.Limits, .. rights,
            .. variables.SelectMany(variable => (string[])["--env", $"{variable.Key}={variable.Value}"]), image,
        ]);
        return container;
    }

    /// <summary>Whether a path of the probes' address answers 200, within the time a probe has.</summary>
    public async Task<bool> AnswersAsync(string path, TimeSpan? timeout = null)
    {
        using var late = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(10));
        try
        {
            using var answer = await s_http.GetAsync(new Uri(Metrics, path), late.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    public async Task ReadyAsync()
    {
        await Eventually.TrueAsync(
            async () => await AnswersAsync("readyz") || (await StateAsync("Running") == "false" ? throw new InvalidOperationException($"{Name} has ended: {await LogAsync()}") : false),
            $"{Name} to be ready", TimeSpan.FromMinutes(2));
        ReadyAfter = Stopwatch.GetElapsedTime(_started);
    }

    /// <summary>SIGTERM, and after so many seconds the end. The exit code; 137 is that of one that was killed.</summary>
    public async Task<int> StopAsync(int seconds)
    {
        await _podman.RunAsync("stop", "--time", seconds.ToString(CultureInfo.InvariantCulture), Name);
        return int.Parse(await StateAsync("ExitCode"), CultureInfo.InvariantCulture);
    }

    /// <summary>A line of /proc/…/status of its process.</summary>
    public async Task<string> StatusAsync(string name) => (await File.ReadAllLinesAsync($"/proc/{await StateAsync("Pid")}/status"))
        .Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Trim();

    /// <summary>The libraries it has in memory.</summary>
    public async Task<string[]> LibrariesAsync() => [.. (await File.ReadAllLinesAsync($"/proc/{await StateAsync("Pid")}/maps"))
        .Select(line => line[(line.LastIndexOf(' ') + 1)..]).Where(path => path.Contains(".so", StringComparison.Ordinal)).Distinct()];

    /// <summary>What it has written to either stream.</summary>
    public async Task<string[]> LogAsync()
    {
        var log = await _podman.TryAsync("logs", Name);
        return (log.Output + log.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>What it has logged at levels that somebody would look at, and every line that is no JSON.</summary>
    public async Task<string[]> ComplaintsAsync() => [.. (await LogAsync()).Where(line => !line.StartsWith('{') || IsComplaint(line))];

    public async ValueTask DisposeAsync() => await _podman.TryAsync("rm", "--force", "--time", "1", Name);

    private static bool IsComplaint(string line)
    {
        using var read = JsonDocument.Parse(line);
        return read.RootElement.TryGetProperty("@l", out var level) && level.GetString() is "Warning" or "Error" or "Fatal";
    }

    private Task<string> StateAsync(string what) => _podman.RunAsync("inspect", "--format", $"{{{{.State.{what}}}}}", Name);

    private static Uri Loopback() => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}"));
}
