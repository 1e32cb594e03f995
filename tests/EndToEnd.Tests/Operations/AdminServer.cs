using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>A server with the API for operators, and an audit log in a file.</summary>
public sealed class AdminServer : IAsyncLifetime
{
    public const string Secret = "a secret of the operator, long enough";

    private readonly TempDirectory _folder = new();

    /// <summary>What this server is given beside that.</summary>
    public string[] Settings { get; init; } = [];

    public TestServer Server { get; private set; } = null!;

    public Uri Admin { get; } = new($"http://127.0.0.1:{Ports.Free()}");

    public async Task InitializeAsync()
    {
        var secretFile = Path.Combine(_folder.Path, "secret");
        await File.WriteAllTextAsync(secretFile, Secret + "\n");
        Server = await TestServer.StartAsync([
            $"--Admin:Url={Admin}", $"--Admin:SecretFile={secretFile}", $"--Logs:AuditFile={Path.Combine(_folder.Path, "audit.log")}",
            "--Serilog:MinimumLevel:Override:OrleansIM.Audit=Information", "--Mail:AllowPrivateHosts=true", .. Settings]);
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<ApiAnswer> PostAsync(string path) => SendAsync(HttpMethod.Post, path);

    public Task<ApiAnswer> PostAsync(string path, object body) => Api.PostAsync(Admin, path, body, Secret);

    public Task<ApiAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? secret = Secret) => Api.SendAsync(Admin, method, path, null, secret);

    /// <summary>The audit log, all of it, as it is in the file.</summary>
    public string ReadAudit()
    {
        var file = Assert.Single(Directory.GetFiles(_folder.Path, "audit*.log"));
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    /// <summary>The lines about an account, as event and outcome.</summary>
    public string[] AuditOf(string account) =>
    [
        .. ReadAudit().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line))
            .Where(line => line.Has("Account") && line.Text("Account") == account)
            .Select(static line => $"{line.Text("Event")} {line.Text("Outcome")}"),
    ];
}
