using System.Globalization;
using System.Net;
using OrleansIM.Benchmarks.EndToEnd.Processes;

namespace OrleansIM.Benchmarks.EndToEnd.Ours;

/// <summary>The real server executables: one process with everything, as <c>./oim run</c> starts it, or a cluster.</summary>
internal sealed class OursServer : IAsyncDisposable
{
    /// <summary>The fewest rounds of password hashing that it takes; for workloads that do not measure hashing.</summary>
    public const int FewestRounds = 1000;

    private readonly List<ChildProcess> _processes = [];
    private readonly List<IPEndPoint> _addresses = [];
    private int _turn;

    private OursServer()
    {
    }

    /// <summary>For the setup; what is measured goes over connections of its own.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>The process; of a cluster the first one.</summary>
    public int ProcessId => _processes[0].Id;

    /// <summary>All of them.</summary>
    public IReadOnlyList<int> Processes => [.. _processes.Select(process => process.Id)];

    /// <summary>Starts it and returns when it takes clients.</summary>
    public static async Task<OursServer> StartAsync(
        string dll, OursShape shape, IEnumerable<string> settings, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellation)
    {
        string[] always = ["--Gateway:RegistrationsPerMinute=100000000", "--Gateway:FailedSignInsPerMinute=100000000", .. settings];
        var server = new OursServer();
        try
        {
            foreach (var node in shape.Nodes(dll))
            {
                await server.StartAsync(node, always, environment, cancellation);
            }
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    /// <summary>Where the next connection goes: to one gateway after the other.</summary>
    public IPEndPoint NextAddress() => _addresses[(int)((uint)Interlocked.Increment(ref _turn) % _addresses.Count)];

    /// <summary>Gateways first: they have nothing to wait for then.</summary>
    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }
    }

    /// <summary>The setting for rounds of password hashing.</summary>
    public static string Rounds(int count) => $"--Accounts:PasswordIterations={count.ToString(CultureInfo.InvariantCulture)}";

    private async Task StartAsync(
        OursNode node, IEnumerable<string> settings, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellation)
    {
        var address = ChildProcess.FreeAddress();
        var process = new ChildProcess("dotnet", [node.Dll, $"--urls=http://{address}", .. node.Settings, .. settings], environment);
        _processes.Add(process);
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 32 }) { BaseAddress = new Uri($"http://{address}") };
        await process.WaitUntilAsync(() => IsReadyAsync(http, cancellation), $"/readyz of {Path.GetFileName(node.Dll)}", cancellation);
        if (!node.TakesClients || Http is not null)
        {
            http.Dispose();
        }
        else
        {
            Http = http;
        }

        if (node.TakesClients)
        {
            _addresses.Add(address);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellation)
    {
        try
        {
            using var answer = await http.GetAsync("readyz", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
