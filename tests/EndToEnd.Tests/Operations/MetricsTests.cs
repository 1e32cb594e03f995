using System.Globalization;
using System.Text.RegularExpressions;
using OrleansIM.EndToEnd.Tests.Mail;
using OrleansIM.EndToEnd.Tests.Process;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>
/// Mission P8: what docs/operations.md says is measured, is, and what is measured is there. A process of its own, since
/// meters of several servers in one process are all seen by each.
/// </summary>
public sealed partial class MetricsTests : IDisposable
{
    private const string Secret = "a secret of the operator, long enough";
    private const string Password = TestServer.Password;

    // Nothing of this happens while all is well.
    private static readonly string[] s_stayAtZero =
    [
        "orleansim_accounts_restarts_total", "orleansim_appender_refused_total", "orleansim_passwords_hash_refused_total",
        "orleansim_mailboxes_connections_waiting", "orleansim_appender_queue_entries", "orleansim_appender_queue_size_bytes", "orleansim_passwords_hash_waiting",
    ];

    private readonly TempDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Metrics_OfARunningServer_AreThoseOfTheDocumentationAndMove()
    {
        var secretFile = Path.Combine(_data.Path, "secret");
        await File.WriteAllTextAsync(secretFile, Secret + "\n");
        await using var server = await ChildServer.StartAsync(
            _data.Path, "--Telemetry:MetricsUrl=http://127.0.0.1:0", "--Admin:Url=http://127.0.0.1:0", $"--Admin:SecretFile={secretFile}",
            "--Gateway:RegistrationsPerMinute=3", "--Mail:AllowPrivateHosts=true");
        var metrics = server.AddressOf("Metrics");
        Assert.Equal(200, (await Api.SendAsync(metrics, HttpMethod.Get, "healthz", null)).Status);
        Assert.Equal(200, (await Api.SendAsync(metrics, HttpMethod.Get, "readyz", null)).Status);
        Assert.Equal(404, (await Api.SendAsync(server.Address, HttpMethod.Get, "metrics", null)).Status);
        var before = await Scrape.OfAsync(metrics);
        await using var host = new MailHost();
        host.Start();

        using var ann = await JoinAsync(server.Address, "ann");
        using var bob = await JoinAsync(server.Address, "bob");
        await ann.BefriendAsync(bob);
        await ann.MessageAsync(bob.Account, "hello");
        await bob.OkAsync("presence", new { @as = bob.Account, status = "away" });
        await GoWrongAsync(server.Address);
        await LinkAsync(ann);
        await MailAsync(ann, host);
        await AllMoveAsync(before, metrics);

        var after = await Scrape.OfAsync(metrics);
        Assert.Empty(Documented().Except(after.Families));
        Assert.Empty(after.Families.Where(name => name.StartsWith("orleansim_", StringComparison.Ordinal)).Except(Documented()));
        foreach (var file in (string[])["alerts.yaml", "dashboard.json"])
        {
            Assert.Empty(NamedIn(Repository.Read("deploy", "observability", file)).Except(after.Families));
        }

        Assert.Equal(2, after.Sum("orleansim_gateway_sessions"));
        Assert.Equal(1, after.Sum("orleansim_gateway_request_duration_seconds", "op=\"send\",outcome=\"ok\""));
        Assert.Equal(1, after.Sum("orleansim_gateway_signins_total", "outcome=\"bad_credentials\""));
        Assert.Equal(1, after.Sum("orleansim_gateway_rate_limited_total", "limit=\"registration\""));

        (await Api.SendAsync(server.AddressOf("Admin API"), HttpMethod.Post, "v1/drain", null, Secret)).Expect(200);
        await ann.ByeAsync(4000);
        await Eventually.TrueAsync(async () => (await Scrape.OfAsync(metrics)).Sum("orleansim_gateway_sessions") == 0, "no sessions", RawClient.Patience);
        Assert.Equal(1, (await Scrape.OfAsync(metrics)).Sum("orleansim_gateway_draining"));
        Assert.Equal(503, (await Api.SendAsync(metrics, HttpMethod.Get, "readyz", null)).Status);
    }

    private static async Task AllMoveAsync(Scrape before, Uri metrics)
    {
        List<string> unmoved = [];
        try
        {
            await Eventually.TrueAsync(async () => (unmoved = Unmoved(before, await Scrape.OfAsync(metrics))).Count == 0, "every metric to move", RawClient.Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail("These metrics did not move: " + string.Join(", ", unmoved));
        }
    }

    private static List<string> Unmoved(Scrape before, Scrape after) =>
        [.. Documented().Except(s_stayAtZero).Where(name => name != "orleansim_gateway_draining" && after.Sum(name) <= before.Sum(name))];

    private static async Task<RawClient> JoinAsync(Uri server, string account)
    {
        (await Api.PostAsync(server, "v1/accounts", new { account, password = Password })).Expect(201);
        var token = (await Api.PostAsync(server, "v1/login", new { login = account, password = Password })).Expect(200).GetProperty("token").GetString()!;
        var client = await RawClient.OpenAsync(server);
        await client.HelloAsync(account, token);
        return client;
    }

    /// <summary>A wrong password, a made-up token, one registration too many.</summary>
    private static async Task GoWrongAsync(Uri server)
    {
        Assert.Equal(401, (await Api.PostAsync(server, "v1/login", new { login = "ann", password = "wrong" })).Status);
        using (var stranger = await RawClient.OpenAsync(server))
        {
            Assert.Equal("unauthenticated", await stranger.RefusalAsync("hello", new { token = "made up" }));
        }

        (await Api.PostAsync(server, "v1/accounts", new { account = "cat", password = Password })).Expect(201);
        Assert.Equal("slow_down", (await Api.PostAsync(server, "v1/accounts", new { account = "dan", password = Password })).Code);
    }

    private static async Task LinkAsync(RawClient ann)
    {
        var answer = await ann.OkAsync("link.add", new { accounts = new[] { new { account = "bob", password = "wrong", role = "secondary" } } });
        Assert.Single(answer.List("rejected"));
        await ann.LinkAsync("secondary", "cat");
    }

    private static async Task MailAsync(RawClient ann, MailHost host)
    {
        const string Address = "ann@example.test";
        host.Deliver("Before");
        var at = new { host = "localhost", port = host.ImapPort, security = "none" };
        await ann.OkAsync("mail.bind", new
        {
            @as = ann.Account,
            address = Address,
            imap = at,
            smtp = at with { port = host.SmtpPort },
            auth = new { type = "password", password = "open sesame" },
        });
        await ann.AnyAsync(e => e.Is("channel", ann.Account) && e.Data.Text("state") == "open", "the channel open");
        await ann.OkAsync("mail.send", new { @as = ann.Account, address = Address, toAddresses = new[] { "x@example.test" }, subject = "s", text = "t", cid = "1" });
        await Eventually.TrueAsync(() => host.Open > 0, "a connection", RawClient.Patience);

        // It comes back by itself, after that has been counted.
        host.CutAll();
    }

    /// <summary>The metrics in the table of the documentation.</summary>
    private static HashSet<string> Documented()
    {
        var names = Row().Matches(Repository.Read("docs", "operations.md")).Select(match => match.Groups["name"].Value).ToHashSet();
        Assert.True(names.Count > 20, string.Create(CultureInfo.InvariantCulture, $"The table has {names.Count} metrics."));
        return names;
    }

    /// <summary>The metrics that are asked for in a file, as they are called in the documentation; <c>up</c> is Prometheus' own.</summary>
    private static HashSet<string> NamedIn(string file)
    {
        var names = Asked().Matches(file).Select(match => match.Groups["name"].Value).Where(name => name != "up").ToHashSet();
        Assert.True(names.Count > 10, $"Only {names.Count} metrics are named.");
        return names;
    }

    // What is followed by a selector, a range or a comparison, or is all there is in a sum.
    [GeneratedRegex(@"\b(?<name>[a-z]+_[a-z_]+?|up)(_bucket|_sum|_count)?(?=\s*[{\[]|\) [><=]|, job\))")]
    private static partial Regex Asked();

    [GeneratedRegex(@"^\| `(?<name>orleansim_[a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
