using System.Reflection;
using OrleansIM.Hosting.Dashboard;
using OrleansIM.Silo;

namespace OrleansIM.Browser.Tests;

/// <summary>What became of one scenario.</summary>
public sealed record ScenarioResult(string Scenario, bool Ok, string? Error, string? Skipped);

/// <summary>One run of all scenarios: Node drives Chromium and the server, which it stops and starts again.</summary>
public sealed class BrowserRun : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";

    // About a minute alone; the processors are shared with other tests.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(9);

    private static readonly string s_root = typeof(BrowserRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "RepositoryRoot").Value!;

    private static readonly string s_packages = Path.Combine(s_root, "artifacts", "npm");

    private readonly MailServers _servers = new();
    private readonly Lazy<Task<string>> _output;

    public BrowserRun() => _output = new(RunAsync);

    /// <summary>Why nothing can be run here; null if it can.</summary>
    public string? Missing { get; private set; }

    public async Task InitializeAsync()
    {
        Missing = !File.Exists(Chromium) ? $"{Chromium} is not installed (Debian: apt-get install chromium)."
            : !Directory.Exists(Path.Combine(s_packages, "node_modules", "playwright-core")) || !Directory.Exists(Path.Combine(s_packages, "node_modules", "axe-core"))
                ? "playwright-core and axe-core are not in artifacts/npm; ./oim test installs them where npm can."
            : !await NodeRuntime.IsAvailableAsync() ? NodeRuntime.Missing
            : null;
        if (Missing is null)
        {
            await _servers.InitializeAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (Missing is null)
        {
            await _servers.DisposeAsync();
        }
    }

    /// <summary>Runs the scenarios if nobody has yet, and answers what became of one.</summary>
    public async Task<ScenarioResult> ResultAsync(string scenario)
    {
        var output = await _output.Value;
        foreach (var line in output.Split('\n').Where(line => line.StartsWith('{')))
        {
            using var said = JsonDocument.Parse(line);
            var result = said.RootElement;
            if (result.GetProperty("scenario").GetString() == scenario)
            {
                return new ScenarioResult(scenario, result.TryGetProperty("ok", out var ok) && ok.GetBoolean(), Text(result, "error"), Text(result, "skipped"));
            }
        }

        return new ScenarioResult(scenario, false, $"It was not run. Node said:\n{output}", null);
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var text) ? text.GetString() : null;

    private async Task<string> RunAsync() => (await NodeRuntime.RunAsync(
        [.. await NodeRuntime.FlagsAsync(), Path.Combine(s_root, "tests", "Browser.Tests", "browser", "run.mjs")], s_root, new Dictionary<string, string?>
        {
            ["ORLEANSIM_NPM"] = s_packages,
            ["ORLEANSIM_CHROMIUM"] = Chromium,
            ["ORLEANSIM_SERVER"] = JsonSerializer.Serialize<string[]>(["dotnet", typeof(SiloApp).Assembly.Location]),
            ["ORLEANSIM_DASHBOARD"] = OrleansDashboard.IsThere ? "1" : "",
            ["ORLEANSIM_MAIL"] = _servers.Submission.IsAvailable ? Mail() : "",
        }, s_limit)).Output;

    /// <summary>What the scenarios need to know of the mail servers.</summary>
    private string Mail()
    {
        var (dovecot, submission) = (_servers.Dovecot, _servers.Submission);
        return JsonSerializer.Serialize(new
        {
            lmtpPort = dovecot.LmtpPort,
            mailboxes = Enumerable.Range(0, 12).Select(_ => dovecot.AddMailbox()).Select(box => new { address = box.Address, password = box.Password }),
            settings = new[]
            {
                "--Mail:AllowPrivateHosts=true", $"--Mail:TrustedAuthorities={dovecot.AuthorityFile}", "--Mail:LingerSeconds=0",
                "--Mail:RetryFirst=00:00:00.2", "--Mail:RetryMost=00:00:00.5",
                "--Mail:Domains:example.test:Imap:Host=localhost", $"--Mail:Domains:example.test:Imap:Port={dovecot.ImapsPort}",
                "--Mail:Domains:example.test:Smtp:Host=localhost", $"--Mail:Domains:example.test:Smtp:Port={submission.StartTlsPort}",
                "--Mail:Domains:example.test:Smtp:Security=StartTls",
            },
        });
    }
}
