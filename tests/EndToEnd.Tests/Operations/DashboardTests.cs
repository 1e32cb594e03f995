using System.Net.Http.Headers;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using OrleansIM.EndToEnd.Tests.Process;
using OrleansIM.EndToEnd.Tests.Support;
using OrleansIM.Hosting.Admin;
using OrleansIM.Hosting.Dashboard;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>Orleans' dashboard: what it shows to who has the operator's secret, and that it shows nothing else.</summary>
public sealed class DashboardTests(DashboardServer world) : IClassFixture<DashboardServer>
{
    // Of the package 10.4.2; what another version has more belongs into one of them.
    private static readonly string[] s_open =
    [
        "/dashboard/", "/dashboard/index.html", "/dashboard/favicon.ico", "/dashboard/index.min.js", "/dashboard/index.css", "/dashboard/fonts/{**path}", "/dashboard/img/{**path}",
        "/dashboard/version", "/dashboard/DashboardCounters", "/dashboard/ClusterStats", "/dashboard/HistoricalStats/{*path}", "/dashboard/SiloProperties/{*address}",
        "/dashboard/SiloMetadata/{*address}", "/dashboard/SiloStats/{*address}", "/dashboard/SiloCounters/{*address}", "/dashboard/GrainStats/{*grainName}", "/dashboard/TopGrainMethods",
        "/dashboard/LifecycleStages",
    ];

    private static readonly string[] s_shut =
        ["/dashboard/GrainState", "/dashboard/GrainTypes", "/dashboard/Reminders", "/dashboard/Reminders/{page:int}", "/dashboard/Trace"];

    [SkippableFact]
    public async Task Page_WithTheSecret_IsThereWithAllItNeeds()
    {
        var page = await world.GetAsync("dashboard/");

        Assert.Equal((200, "text/html"), (page.Status, page.Headers["Content-Type"]));
        Assert.Contains("index.min.js", page.Body, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Headers["X-Content-Type-Options"]);
        Assert.Contains("no-store", page.Headers["Cache-Control"], StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=.(https?:)?//", page.Body);
        foreach (var path in (string[])["index.min.js", "index.css", "favicon.ico", "fonts/fa-solid-900.woff2", "img/OrleansLogo.png", "version"])
        {
            Assert.Equal(200, (await world.GetAsync($"dashboard/{path}")).Status);
        }

        var bare = await world.GetAsync("dashboard");
        Assert.Equal((301, "/dashboard/"), (bare.Status, bare.Headers["Location"]));
        Assert.Equal(200, (await world.GetAsync("dashboard/", new AuthenticationHeaderValue("Bearer", AdminServer.Secret))).Status);
        Assert.Equal(200, (await world.GetAsync("dashboard/", DashboardServer.Basic(AdminServer.Secret, name: ""))).Status);
        Assert.Contains("GET /dashboard/", world.Admin.ReadAudit(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Numbers_WithTheSecret_AreThoseOfTheGrainsThatWereCalled()
    {
        using var ann = await world.Admin.Server.JoinAsync("ann");

        // What is counted is handed over every second, and shown when its second is over.
        var host = "";
        await UntilAsync("DashboardCounters", counters =>
        {
            host = counters.List("hosts").Select(one => one.Text("siloAddress")).SingleOrDefault("");
            return counters.List("simpleGrainStats").Any(grain => grain.Text("grainType").EndsWith(".AccountGrain", StringComparison.Ordinal) && grain.Number("totalCalls") > 0);
        });
        await UntilAsync("ClusterStats", seconds => seconds.EnumerateObject().Any(second => second.Value.Number("count") > 0));
        await UntilAsync("GrainStats/OrleansIM.Grains.Accounts.AccountGrain", methods => methods.EnumerateObject().Any(method => method.Name.EndsWith("Async", StringComparison.Ordinal)));
        await UntilAsync("TopGrainMethods", top => top.List("calls").Length > 0);
        Assert.Contains("orleansVersion", (await world.GetAsync($"dashboard/SiloProperties/{host}")).Body, StringComparison.Ordinal);
        foreach (var path in (string[])["HistoricalStats", "SiloMetadata", "SiloStats", "SiloCounters"])
        {
            Assert.Equal((path, 200), (path, (await world.GetAsync($"dashboard/{path}/{host}")).Status));
        }

        Assert.Equal(200, (await world.GetAsync("dashboard/LifecycleStages")).Status);
    }

    [SkippableFact]
    public async Task Question_AboutAProcessOfNobody_IsUnavailable()
    {
        foreach (var address in (string[])["nobody", "S127.0.0.1:1:1"])
        {
            var answer = await world.GetAsync($"dashboard/SiloProperties/{address}");
            Assert.Equal((503, "unavailable"), (answer.Status, new ApiAnswer(answer.Status, answer.Body, null).Code));
        }
    }

    [SkippableFact]
    public async Task Everything_WithoutTheSecret_AsksForIt()
    {
        foreach (var path in s_open.Concat(s_shut).Select(Example))
        {
            var stranger = await world.GetAsync(path, isAnonymous: true);

            Assert.Equal((path, 401), (path, stranger.Status));
            Assert.StartsWith("Basic realm=", stranger.Headers["WWW-Authenticate"], StringComparison.Ordinal);
            Assert.Equal("unauthenticated", new ApiAnswer(stranger.Status, stranger.Body, null).Code);
        }

        AuthenticationHeaderValue[] wrong =
        [
            DashboardServer.Basic("another secret of nobody, long enough"), DashboardServer.Basic(AdminServer.Secret + "x"), DashboardServer.Basic(""), DashboardServer.Basic("x", name: AdminServer.Secret),
            new("Basic"), new("Basic", "%%%"), new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(AdminServer.Secret))), new("Bearer", AdminServer.Secret + "x"),
        ];
        foreach (var authorization in wrong)
        {
            Assert.Equal(401, (await world.GetAsync("dashboard/", authorization)).Status);
        }

        Assert.Contains("admin.refused", world.Admin.ReadAudit(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task AnotherMethod_OfWhatIsThere_IsNotAllowed()
    {
        foreach (var path in s_open.Select(Example))
        {
            var answer = await world.GetAsync(path, method: HttpMethod.Post);
            Assert.Equal((path, 405, "GET", "unknown_op"), (path, answer.Status, answer.Headers.GetValueOrDefault("Allow"), new ApiAnswer(answer.Status, answer.Body, null).Code));
            Assert.Equal(401, (await world.GetAsync(path, isAnonymous: true, method: HttpMethod.Post)).Status);
        }

        Assert.Equal(404, (await world.GetAsync("dashboard/nothing", new AuthenticationHeaderValue("Bearer", AdminServer.Secret), method: HttpMethod.Post)).Status);
    }

    [SkippableFact]
    public async Task AdminApi_WithWhatABrowserSendsByItself_IsRefused()
    {
        foreach (var path in (string[])["v1/members", "v1/drain", "dashboard/nothing"])
        {
            var answer = await world.GetAsync(path);

            Assert.Equal((401, "Bearer"), (answer.Status, answer.Headers["WWW-Authenticate"]));
        }
    }

    [SkippableFact]
    public async Task Gateway_AskedForTheDashboard_HasNoSuchPath()
    {
        foreach (var path in (string[])["dashboard", "dashboard/", "dashboard/DashboardCounters"])
        {
            Assert.Equal(404, (await world.GetAsync(path, at: world.Admin.Server.Address)).Status);
        }
    }

    /// <summary>The package calls methods of any grain and shows what comes back, and sends the log line by line.</summary>
    [SkippableFact]
    public async Task Records_WhateverIsAsked_AreNotShownNorIsTheLog()
    {
        using var ann = await world.Admin.Server.JoinAsync("ann");
        var account = Uri.EscapeDataString(ann.Account);
        var hashes = world.StoredHashes();
        Assert.NotEmpty(hashes);

        string[] asked =
        [
            .. s_open.Concat(s_shut).Select(Example),
            .. ((string[])["dashboard", "DASHBOARD"]).Select(at => $"/{at}/GrainState?grainId={account}&grainType=OrleansIM.Grains.Accounts.AccountGrain"),
            $"/dashboard//GrainState?grainId={account}", $"//dashboard/GrainState?grainId={account}", $"/dashboard%2fGrainState?grainId={account}", "/dashboard/trace", "/dashboard/Trace/",
        ];
        foreach (var path in asked)
        {
            var answer = await world.GetAsync(path);

            Assert.DoesNotContain(hashes, hash => answer.Body.Contains(hash, StringComparison.Ordinal));
            Assert.DoesNotContain(ann.Account, answer.Body, StringComparison.Ordinal);
            if (IsShut(path))
            {
                Assert.Contains(answer.Status, (int[])[401, 403]);
            }
        }

        static bool IsShut(string path) => ((string[])["GrainState", "GrainTypes", "Reminders", "Trace"]).Any(name => path.Contains(name, StringComparison.OrdinalIgnoreCase));
    }

    [SkippableFact]
    public async Task Package_WhateverItMaps_IsBehindTheDoorAndKnown()
    {
        _ = world.Admin;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        OrleansDashboard.AddViewer(builder.Services, builder.Configuration, DispatchProxy.Create<IGrainFactory, NoGrains>());
        Assert.DoesNotContain(builder.Services, service => service.ServiceType == typeof(ILoggerProvider));
        await using var app = builder.Build();
        var door = new DashboardDoor(new AdminCredential(new AdminOptions { Secret = AdminServer.Secret }), Audit(), app.Services.GetRequiredService<ILogger<DashboardDoor>>());
        door.Guard(OrleansDashboard.Map(app, DashboardDoor.Path));

        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).Cast<RouteEndpoint>().ToArray();

        Assert.Equal(s_open.Concat(s_shut).Order(StringComparer.Ordinal), endpoints.Select(endpoint => endpoint.RoutePattern.RawText!).Order(StringComparer.Ordinal));
        foreach (var endpoint in endpoints)
        {
            var isShut = s_shut.Contains(endpoint.RoutePattern.RawText);
            Assert.Equal((endpoint.RoutePattern.RawText, 401), (endpoint.RoutePattern.RawText, await AskAsync(app, endpoint, "Bearer wrong")));
            Assert.Equal((endpoint.RoutePattern.RawText, isShut), (endpoint.RoutePattern.RawText, await AskAsync(app, endpoint, $"Bearer {AdminServer.Secret}") == 403));
        }
    }

    [SkippableFact]
    public async Task Dashboard_AtTheStart_IsInTheLogWithItsAddress()
    {
        _ = world.Admin;
        using var data = new TempDirectory();
        var environment = new Dictionary<string, string> { ["Admin__Secret"] = AdminServer.Secret };
        await using var server = await ChildServer.StartAsync(data.Path, environment, ["--Admin:Url=http://127.0.0.1:0", "--Admin:Dashboard=true"]);

        Assert.Contains($"Orleans' dashboard at {server.AddressOf("Admin API")}dashboard/.", server.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Dashboard_InABuildWithoutIt_IsRefusedAtStart()
    {
        Skip.If(OrleansDashboard.IsThere, "This build has it.");
        using var data = new TempDirectory();
        var secret = Path.Combine(data.Path, "secret");
        await File.WriteAllTextAsync(secret, AdminServer.Secret);
        await using var server = ChildServer.Launch([ChildServer.DataDirectory(data.Path), "--Admin:Url=http://127.0.0.1:0", $"--Admin:SecretFile={secret}", "--Admin:Dashboard=true"]);

        Assert.Equal(1, await server.ExitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains("Admin:Dashboard is on, and there is no dashboard in this build", server.Errors, StringComparison.Ordinal);
    }

    private Task UntilAsync(string path, Func<JsonElement, bool> isThere) =>
        Eventually.TrueAsync(async () => isThere(JsonElement.Parse((await world.GetAsync($"dashboard/{path}")).Body)), $"{path} to have what was called");

    private static string Example(string pattern) => pattern.Replace("{page:int}", "1", StringComparison.Ordinal) switch
    {
        var text when text.IndexOf('{', StringComparison.Ordinal) is >= 0 and var at => text[..at] + "x",
        var text => text,
    };

    private static OrleansIM.Audit.SecurityAudit Audit() => new(NullLoggerFactory.Instance);

    private static async Task<int> AskAsync(WebApplication app, RouteEndpoint endpoint, string authorization)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        http.Request.Method = "GET";
        http.Request.Path = "/dashboard/";
        http.Request.Headers.Authorization = authorization;
        http.Request.RouteValues["path"] = "x";
        http.Request.RouteValues["page"] = "1";
        await endpoint.RequestDelegate!(http);
        return http.Response.StatusCode;
    }

    /// <summary>A cluster that has gone.</summary>
#pragma warning disable CA1852 // Derived from at run time.
    private class NoGrains : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new InvalidOperationException("There is no cluster.");
    }
#pragma warning restore CA1852
}
