using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Protocol;
using WebClient = OrleansIM.Gateway.Web.WebClient;

namespace OrleansIM.Gateway.Tests.Web;

public sealed partial class WebClientTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async Task InitializeAsync() => _host = await GatewayHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Root_IsThePageAndNamesAllModules()
    {
        using var answer = await _host.Http.GetAsync("/");

        Assert.Equal((HttpStatusCode.OK, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("/js/main.js", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("</sdk/orleansim.js>; rel=modulepreload", string.Join(", ", answer.Headers.GetValues("Link")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryModule_ThatIsImported_IsServed()
    {
        var seen = new HashSet<string>();
        var open = new Queue<string>(["/js/main.js"]);
        while (open.TryDequeue(out var path))
        {
            if (!seen.Add(path))
            {
                continue;
            }

            using var answer = await _host.Http.GetAsync(path);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path} is {answer.StatusCode}");
            Assert.Equal("text/javascript", answer.Content.Headers.ContentType?.MediaType);
            var address = new Uri(_host.Http.BaseAddress!, path);
            foreach (Match import in Imports().Matches(await answer.Content.ReadAsStringAsync()))
            {
                open.Enqueue(new Uri(address, import.Groups["path"].Value).AbsolutePath);
            }
        }

        Assert.Contains("/sdk/orleansim.js", seen);
        Assert.True(seen.Count > 20, $"Only {seen.Count} modules were followed.");
    }

    [Fact]
    public async Task EveryFile_ForbidsWhatItDoesNotNeed()
    {
        foreach (var file in _host.Services.GetRequiredService<WebClient>().Files)
        {
            using var answer = await _host.Http.GetAsync(file.Path == "/index.html" ? "/" : file.Path);

            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Opener-Policy")));
        }
    }

    [Fact]
    public async Task File_ThatIsKnown_IsNotSentAgain()
    {
        using var first = await _host.Http.GetAsync("/app.css");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/app.css");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var again = await _host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(first.Headers.ETag, again.Headers.ETag);
        Assert.True(first.Headers.CacheControl!.NoCache);
    }

    [Fact]
    public async Task Files_Together_AreUnder150KilobytesOnTheWire()
    {
        var total = 0L;
        foreach (var file in _host.Services.GetRequiredService<WebClient>().Files)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, file.Path == "/index.html" ? "/" : file.Path);
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("br"));
            using var answer = await _host.Http.SendAsync(request);
            Assert.Equal("br", Assert.Single(answer.Content.Headers.ContentEncoding));
            total += (await answer.Content.ReadAsByteArrayAsync()).Length;
        }

        Assert.InRange(total, 10_000, 150_000);
    }

    [Fact]
    public async Task Post_Is405()
    {
        using var answer = await _host.Http.PostAsync("/", null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    [Theory]
    [InlineData("/v1/nothing")]
    [InlineData("/js/nothing.js")]
    [InlineData("/js/../../secrets")]
    public async Task UnknownPath_IsNotFoundAsJson(string path)
    {
        var answer = await _host.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains(ErrorCodes.UnknownOp, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SwitchedOff_NothingIsServed()
    {
        await using var host = await GatewayHost.StartAsync(options => options.WebClient = false);

        using var answer = await host.Http.GetAsync("/");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [GeneratedRegex("""^(?:import|export)\b[^"';]*?from "(?<path>[./][^"]+)";""", RegexOptions.Multiline)]
    private static partial Regex Imports();
}
