using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.JavaScript.Tests;

/// <summary>The tests of the JavaScript SDK, each file a test here. By hand: <c>npm test</c> in ClientSdk/js.</summary>
public sealed class JavaScriptSdkTests
{
    private const string Behaviours = "behaviours.test.js";

    private static readonly string s_compiler = Path.Combine(NodeProcess.Packages, "node_modules", "typescript", "bin", "tsc");

    public static TheoryData<string> Suites() => [.. Directory.EnumerateFiles(Path.Combine(NodeProcess.Sdk, "test"), "*.test.js")
        .Select(path => Path.GetFileName(path)).Where(file => file != Behaviours).Order(StringComparer.Ordinal)];

    [SkippableTheory]
    [MemberData(nameof(Suites))]
    public async Task Suite_AgainstAScriptedServer_Passes(string file)
    {
        Skip.IfNot(await NodeRuntime.IsAvailableAsync(), NodeRuntime.Missing);

        await NodeProcess.PassesAsync($"test/{file}");
    }

    [SkippableFact]
    public async Task Behaviours_AgainstTheRealServer_Pass()
    {
        Skip.IfNot(await NodeRuntime.IsAvailableAsync(), NodeRuntime.Missing);
        await using var server = await TestServer.StartAsync();

        await NodeProcess.PassesAsync($"test/{Behaviours}", server.Address);

        Assert.Empty(server.Errors);
    }

    [SkippableFact]
    public async Task Sample_OfTheReadme_RunsAsShown()
    {
        Skip.IfNot(await NodeRuntime.IsAvailableAsync(), NodeRuntime.Missing);
        await using var server = await TestServer.StartAsync();

        await NodeProcess.PassesAsync("test/readme.js", server.Address);
    }

    [SkippableFact]
    public async Task RawProgram_OfTheReadme_RunsAsShown()
    {
        Skip.IfNot(await NodeRuntime.IsAvailableAsync(), NodeRuntime.Missing);
        await using var server = await TestServer.StartAsync();
        using var folder = new TempDirectory();
        var program = await RawProgramAsync(folder);

        // It ends when the message has arrived, and the second time too; the address is the one with a slash, and the one without.
        foreach (var address in (string[])[server.Address.ToString(), server.Address.ToString().TrimEnd('/')])
        {
            var (code, said) = await NodeProcess.RunProgramAsync(program, address);
            Assert.True(code == 0, said);
            Assert.Contains("\"body\":\"Hello Bob!\"", said, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task RawProgram_WithoutWhatItNeeds_SaysSoInALine()
    {
        Skip.IfNot(await NodeRuntime.IsAvailableAsync(), NodeRuntime.Missing);
        await using var server = await TestServer.StartAsync("--Accounts:Registration=Closed");
        using var folder = new TempDirectory();
        var program = await RawProgramAsync(folder);

        Assert.Equal(
            (1, "two.mjs: this Node has no WebSocket: take Node 22, or node --experimental-websocket two.mjs\n"),
            await NodeProcess.RunProgramAsync(program, server.Address.ToString(), await NodeRuntime.FlagsWithoutWebSocketAsync()));

        foreach (var address in (string[])["nowhere", "localhost:5080", "ftp://im.example.com"])
        {
            Assert.Equal(
                (2, $"two.mjs: '{address}' is no address of a server, which is like http://127.0.0.1:5080 or https://im.example.com\n"),
                await NodeProcess.RunProgramAsync(program, address));
        }

        // Nobody listens at a port of this kind.
        Assert.Equal((1, "two.mjs: http://127.0.0.1:2/ does not answer: connect ECONNREFUSED 127.0.0.1:2\n"), await NodeProcess.RunProgramAsync(program, "http://127.0.0.1:2/"));
        await using var other = await NoGatewayAsync();
        foreach (var address in (string[])[other.Urls.First(), other.Urls.First() + "/json"])
        {
            Assert.Equal(
                (1, $"two.mjs: {address} is no gateway of OrleansIM: it answers POST /v1/accounts with 200 and nothing that one says\n"),
                await NodeProcess.RunProgramAsync(program, address));
        }

        var (code, said) = await NodeProcess.RunProgramAsync(program, server.Address.ToString());
        Assert.Equal(1, code);
        Assert.StartsWith("two.mjs: ann: ", Assert.Single(said.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    /// <summary>Some other server: it answers with nothing, and below <c>/json</c> with JSON of its own.</summary>
    private static async Task<WebApplication> NoGatewayAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context => context.Request.Path.StartsWithSegments("/json") ? context.Response.WriteAsync("""{"error":"no such page"}""") : Task.CompletedTask);
        await app.StartAsync();
        return app;
    }

    [SkippableFact]
    public async Task Types_OfCodeAndDeclarations_Agree()
    {
        Skip.IfNot(await NodeRuntime.IsAvailableAsync(), NodeRuntime.Missing);
        Skip.IfNot(File.Exists(s_compiler), "TypeScript is not in artifacts/npm; ./oim test installs it where npm can.");

        await NodeProcess.SucceedsAsync([s_compiler, "-p", ".", "--typeRoots", Path.Combine(NodeProcess.Packages, "node_modules", "@types")]);
    }

    /// <summary>The program in the README, in a file of its own.</summary>
    private static async Task<string> RawProgramAsync(TempDirectory folder)
    {
        var program = Path.Combine(folder.Path, "two.mjs");
        await File.WriteAllTextAsync(program, Regex.Match(
            await File.ReadAllTextAsync(Path.Combine(NodeProcess.Root, "README.md")), "```js\n(// Two accounts, two streams.*?)```", RegexOptions.Singleline).Groups[1].Value);
        return program;
    }
}
