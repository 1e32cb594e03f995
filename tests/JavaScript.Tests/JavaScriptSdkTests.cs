using System.Text.RegularExpressions;
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
        Skip.IfNot(await NodeProcess.IsAvailableAsync(), NodeProcess.Missing);

        await NodeProcess.PassesAsync($"test/{file}");
    }

    [SkippableFact]
    public async Task Behaviours_AgainstTheRealServer_Pass()
    {
        Skip.IfNot(await NodeProcess.IsAvailableAsync(), NodeProcess.Missing);
        await using var server = await TestServer.StartAsync();

        await NodeProcess.PassesAsync($"test/{Behaviours}", server.Address);

        Assert.Empty(server.Errors);
    }

    [SkippableFact]
    public async Task Sample_OfTheReadme_RunsAsShown()
    {
        Skip.IfNot(await NodeProcess.IsAvailableAsync(), NodeProcess.Missing);
        await using var server = await TestServer.StartAsync();

        await NodeProcess.PassesAsync("test/readme.js", server.Address);
    }

    [SkippableFact]
    public async Task RawProgram_OfTheReadme_RunsAsShown()
    {
        Skip.IfNot(await NodeProcess.IsAvailableAsync(), NodeProcess.Missing);
        await using var server = await TestServer.StartAsync();
        using var folder = new TempDirectory();
        var program = Path.Combine(folder.Path, "two.mjs");
        await File.WriteAllTextAsync(program, Regex.Match(
            await File.ReadAllTextAsync(Path.Combine(NodeProcess.Root, "README.md")), "```js\n(// Two accounts, two streams.*?)```", RegexOptions.Singleline).Groups[1].Value);

        // It ends when the message has arrived, and the second time too.
        await NodeProcess.RunsAsync(program, server.Address);
        await NodeProcess.RunsAsync(program, server.Address);
    }

    [SkippableFact]
    public async Task Types_OfCodeAndDeclarations_Agree()
    {
        Skip.IfNot(await NodeProcess.IsAvailableAsync(), NodeProcess.Missing);
        Skip.IfNot(File.Exists(s_compiler), "TypeScript is not in artifacts/npm; ./oim test installs it where npm can.");

        await NodeProcess.SucceedsAsync([s_compiler, "-p", ".", "--typeRoots", Path.Combine(NodeProcess.Packages, "node_modules", "@types")]);
    }
}
