using System.Net;
using OrleansIM.Benchmarks.EndToEnd.Processes;

namespace OrleansIM.Benchmarks.EndToEnd.Relay;

/// <summary>The relay as a process: this program, started with another verb.</summary>
internal sealed class RelayServer : IAsyncDisposable
{
    /// <summary>The verb.</summary>
    public const string Verb = "relay";

    private readonly ChildProcess _process;

    private RelayServer(ChildProcess process, IPEndPoint address) => (_process, Address) = (process, address);

    public IPEndPoint Address { get; }

    public int ProcessId => _process.Id;

    /// <summary>Starts it and returns when it answers. With an empty database it stores what it relays.</summary>
    public static async Task<RelayServer> StartAsync(string? database, CancellationToken cancellation)
    {
        var address = ChildProcess.FreeAddress();
        var process = new ChildProcess("dotnet", [typeof(RelayServer).Assembly.Location, Verb, $"http://{address}", .. database is null ? (string[])[] : [database]]);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{address}") };
        try
        {
            await process.WaitUntilAsync(() => AnswersAsync(http, cancellation), "the relay", cancellation);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }

        return new RelayServer(process, address);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancellation)
    {
        try
        {
            using var answer = await http.GetAsync("", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
