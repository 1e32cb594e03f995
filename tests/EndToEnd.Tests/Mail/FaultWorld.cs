using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Mail;

/// <summary>
/// One server for many faults at a time, each with accounts and a mail server of its own. The stories of a table begin
/// together, so that the waits of one are the time of the others; each row of a theory then waits for its own.
/// </summary>
public sealed class FaultWorld : IAsyncLifetime
{
    private readonly SemaphoreSlim _places = new(12);
    private readonly ConcurrentDictionary<string, Lazy<IReadOnlyDictionary<string, Task>>> _tables = new();
    private readonly TempDirectory _folder = new();
    private readonly TestAuthority _authority = new();

    public TestServer Server { get; private set; } = null!;

    /// <summary>A certificate of an authority that the server trusts.</summary>
    internal X509Certificate2 Certify(string host) => _authority.Issue(host);

    /// <summary>Waits for the end of a story; the first that is waited for begins all of its table.</summary>
    internal Task StoryAsync<T>(IReadOnlyList<T> table, string name, Func<T, Task> tell) where T : notnull => _tables
        .GetOrAdd(typeof(T).Name, _ => new(() => table.ToDictionary(row => row.ToString()!, row => TellAsync(row, tell)))).Value[name];

    public async Task InitializeAsync() => Server = await TestServer.StartAsync(
        "--Mail:AllowPrivateHosts=true", $"--Mail:TrustedAuthorities={_authority.WriteAuthority(_folder.Path)}", "--Mail:LingerSeconds=0",
        "--Mail:RetryFirst=00:00:00.1", "--Mail:RetryMost=00:00:00.5", "--Mail:ConnectTimeout=00:00:02", "--Mail:AnswerTimeout=00:00:02",
        "--Mail:MaxAnswerBytes=4194304", "--Mail:IdleRenewal=00:00:01", "--Mail:PollEvery=00:00:01", "--Mail:HarvestMails=5");

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        _places.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    private async Task TellAsync<T>(T row, Func<T, Task> tell)
    {
        await _places.WaitAsync();
        try
        {
            await tell(row);
        }
        finally
        {
            _places.Release();
        }
    }
}

[CollectionDefinition(Name)]
public sealed class FaultCollection : ICollectionFixture<FaultWorld>
{
    public const string Name = "Mail faults";
}
