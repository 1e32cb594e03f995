using System.Globalization;
using System.Net;
using OrleansIM.Benchmarks.EndToEnd.Processes;

namespace OrleansIM.Benchmarks.EndToEnd.Ours;

/// <summary>The real server executable, as <c>./oim run</c> starts it.</summary>
internal sealed class OursServer : IAsyncDisposable
{
    /// <summary>The fewest rounds of password hashing that it takes; for workloads that do not measure hashing.</summary>
    public const int FewestRounds = 1000;

    private readonly ChildProcess _process;

    private OursServer(ChildProcess process, IPEndPoint address)
    {
        (_process, Address) = (process, address);
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 32 }) { BaseAddress = new Uri($"http://{address}") };
    }

    public IPEndPoint Address { get; }

    /// <summary>For the setup; what is measured goes over connections of its own.</summary>
    public HttpClient Http { get; }

    public int ProcessId => _process.Id;

    /// <summary>Starts it and returns when it takes clients.</summary>
    public static async Task<OursServer> StartAsync(
        string dll, IEnumerable<string> settings, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellation)
    {
        var address = ChildProcess.FreeAddress();
        string[] always =
        [
            dll, $"--urls=http://{address}", "--Gateway:RegistrationsPerMinute=100000000", "--Gateway:FailedSignInsPerMinute=100000000",
        ];
        var process = new ChildProcess("dotnet", always.Concat(settings), environment);
        var server = new OursServer(process, address);
        try
        {
            await process.WaitUntilAsync(() => server.IsReadyAsync(cancellation), "our /readyz", cancellation);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
    }

    /// <summary>The setting for rounds of password hashing.</summary>
    public static string Rounds(int count) => $"--Accounts:PasswordIterations={count.ToString(CultureInfo.InvariantCulture)}";

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await Http.GetAsync("readyz", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
