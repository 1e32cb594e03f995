using System.Text;
using OrleansIM.EndToEnd.Tests.Process;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Security;

/// <summary>
/// The real executable with a marked secret in every place that holds one, and what can go wrong with each: the mark is
/// nowhere in what is said, at whatever level is logged.
/// </summary>
public sealed class SecretsTests : IDisposable
{
    private const string Mark = "m4rk3d-s3cr3t-that-nobody-may-ever-see-in-an-output";
    private static readonly string[] s_everything =
    [
        "--Serilog:MinimumLevel:Default=Verbose", "--Serilog:MinimumLevel:Override:Microsoft=Verbose", "--Serilog:MinimumLevel:Override:Orleans=Debug",
        "--Serilog:MinimumLevel:Override:Polly=Verbose",
    ];

    private readonly TempDirectory _folder = new();
    private readonly StringBuilder _said = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Secrets_WhateverGoesWrong_AreNowhereInWhatIsSaid()
    {
        var audit = Path.Combine(_folder.Path, "audit.log");
        var environment = new Dictionary<string, string>
        {
            ["Admin__Secret"] = Mark,
            ["OTEL_EXPORTER_OTLP_HEADERS"] = $"authorization={Mark}",
            ["Identity__Issuers__game__SecretFile"] = Write("jwt", Convert.ToBase64String(Encoding.ASCII.GetBytes(Mark))),
        };
        await using (var server = await ChildServer.StartAsync(Path.Combine(_folder.Path, "data"), environment,
            [
                .. s_everything, "--Admin:Url=http://127.0.0.1:0", "--Telemetry:OtlpEndpoint=http://127.0.0.1:9", "--Telemetry:TraceShare=1", $"--Logs:AuditFile={audit}",
                "--Identity:Issuers:game:Issuer=game", "--Identity:Issuers:game:Audiences:0=im", "--Identity:Issuers:game:Algorithms:0=HS256", "--Identity:Issuers:game:Account=game.{sub}",
            ]))
        {
            await MisuseAsync(server);
            await server.TerminateAsync();
            await server.ExitAsync(TimeSpan.FromSeconds(60));
            await Eventually.TrueAsync(() => server.Output.Contains("Stopped.", StringComparison.Ordinal), "the log to end");
            _said.Append(server.Output).Append(server.Errors);
        }

        _said.Append(string.Concat(Directory.GetFiles(_folder.Path, "audit*.log").Select(File.ReadAllText)));
        Assert.Contains("admin.refused", _said.ToString(), StringComparison.Ordinal);
        AssertIsClean();
    }

    [Theory]
    [InlineData("Storage__ConnectionString", "Host=127.0.0.1;Port=9;Username=x;Password=" + Mark)]
    [InlineData("Storage__ConnectionString", "Host=127.0.0.1;Bogus=" + Mark)]
    [InlineData("Admin__Secret", Mark)]
    [InlineData("Kestrel__Certificates__Default__Password", Mark)]
    [InlineData("Tls__KeyFile", "")]
    [InlineData("Identity__Issuers__game__SecretFile", "")]
    public async Task Secrets_OfASettingThatIsWrong_AreNotSaidAtStart(string setting, string value)
    {
        var environment = new Dictionary<string, string>
        {
            ["Storage__Provider"] = setting.StartsWith("Storage", StringComparison.Ordinal) ? "postgres" : "sqlite",
            [setting] = value.Length > 0 ? value : Write("secret", Mark),
            ["Kestrel__Certificates__Default__Path"] = setting.StartsWith("Kestrel", StringComparison.Ordinal) ? Write("some.pfx", "no certificate") : "",
        };
        await using var server = ChildServer.Run(environment, [$"--Storage:DataDirectory={_folder.Path}", "--urls=http://127.0.0.1:0", "--Tls:CertificateFile=/nowhere", .. s_everything]);

        Assert.NotEqual(0, await server.ExitAsync(TimeSpan.FromSeconds(120)));
        _said.Append(server.Output).Append(server.Errors);
        AssertIsClean();
    }

    [Fact]
    public async Task Secrets_OfAFileThatIsChecked_AreNotSaid()
    {
        var file = Write("settings.json", $$"""
            { "Admin": { "Secret": "{{Mark}}" }, "Storage": { "Provider": "postgres", "ConnectionString": "Host=far;Password={{Mark}}" }, "Kestrel": { "Certificates": { "Default": { "Password": "{{Mark}}" } } } }
            """);
        await using var check = ChildServer.Run(new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_HEADERS"] = Mark }, "check", "--config", file);

        Assert.Equal(1, await check.ExitAsync(TimeSpan.FromSeconds(60)));
        await Eventually.TrueAsync(() => check.Output.Contains("database-tls", StringComparison.Ordinal), "the findings");
        _said.Append(check.Output).Append(check.Errors);
        AssertIsClean();
    }

    /// <summary>People and operators who do everything wrong, with the secret wherever one is taken.</summary>
    private async Task MisuseAsync(ChildServer server)
    {
        var admin = server.AddressOf("Admin API");
        await SayAsync(server.Address, "v1/accounts", new { account = "ann", password = Mark });
        await SayAsync(server.Address, "v1/accounts", new { account = "ann", password = Mark });
        await SayAsync(server.Address, "v1/accounts", new { account = "No Account", password = Mark });
        await SayAsync(server.Address, "v1/login", new { login = "ann", password = Mark + "x" });
        await SayAsync(server.Address, "v1/login", new { login = "ann", password = new[] { Mark } });
        await SayAsync(server.Address, "v1/login", new { login = "ann@nowhere.invalid", password = Mark });
        await SayAsync(server.Address, "v1/login", new { jwt = Mark });
        await SayAsync(server.Address, "v1/logout", new { }, token: Mark);
        foreach (var secret in (string?[])[null, Mark + "x", Mark])
        {
            foreach (var path in (string[])["v1/accounts/ann", "v1/accounts/nobody", "v1/members", "v1/nothing"])
            {
                _said.Append(await Api.SendAsync(admin, HttpMethod.Get, path, null, secret));
            }
        }

        using (var stream = await RawClient.OpenAsync(server.Address))
        {
            _said.Append(await stream.AskAsync("hello", new { token = Mark }));
        }

        using (var stream = await RawClient.OpenAsync(server.Address))
        {
            var token = JsonElement.Parse((await Api.PostAsync(server.Address, "v1/login", new { login = "ann", password = Mark })).Body).GetProperty("token").GetString()!;
            await stream.HelloAsync("ann", token);
            _said.Append(await stream.AskAsync("mail.bind", new { @as = "ann", address = "a@nowhere.invalid", password = Mark, imap = new { host = "127.0.0.1" } }));
            _said.Append(await stream.AskAsync("link.add", new { accounts = new[] { new { account = "nobody", password = Mark, role = "master" } } }));
        }

        _said.Append((await Api.SendAsync(server.Address, HttpMethod.Get, "metrics", null)).Body);
    }

    private async Task SayAsync(Uri server, string path, object body, string? token = null) => _said.Append(await Api.PostAsync(server, path, body, token));

    private void AssertIsClean()
    {
        var said = _said.ToString();
        Assert.True(said.Length > 100, said);
        var at = said.IndexOf(Mark, StringComparison.OrdinalIgnoreCase);
        at = at < 0 ? said.IndexOf(Convert.ToBase64String(Encoding.ASCII.GetBytes(Mark)), StringComparison.Ordinal) : at;
        Assert.True(at < 0, $"The secret was said: {said[Math.Max(0, at - 400)..Math.Min(said.Length, at + 200)]}");
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(_folder.Path, name);
        File.WriteAllText(file, text);
        return file;
    }
}
