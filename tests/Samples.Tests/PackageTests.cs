using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.Samples.Tests;

/// <summary>What a developer gets from NuGet.</summary>
public sealed class PackageTests(PackedSdk packed) : IClassFixture<PackedSdk>
{
    [Theory]
    [InlineData("OrleansIM.Protocol", "OrleansIM.Protocol")]
    [InlineData("OrleansIM.Client", "OrleansIM.ClientSdk", "OrleansIM.Protocol")]
    [InlineData("OrleansIM.Client.Hosting", "OrleansIM.ClientSdk.Hosting", "OrleansIM.Client")]
    public void Package_HasBothFrameworksDocumentationSymbolsAndItsReadme(string id, string assembly, params string[] needs)
    {
        Assert.Equal("", packed.Complaints);
        using var package = ZipFile.OpenRead(Path.Combine(packed.Packages, $"{id}.{PackedSdk.Version}.nupkg"));
        using var symbols = ZipFile.OpenRead(Path.Combine(packed.Packages, $"{id}.{PackedSdk.Version}.snupkg"));
        foreach (var framework in (string[])["net10.0", "netstandard2.1"])
        {
            Assert.NotNull(package.GetEntry($"lib/{framework}/{assembly}.dll"));
            Assert.NotNull(package.GetEntry($"lib/{framework}/{assembly}.xml"));
            Assert.NotNull(symbols.GetEntry($"lib/{framework}/{assembly}.pdb"));
        }

        using var manifest = package.GetEntry(id + ".nuspec")!.Open();
        var metadata = XDocument.Load(manifest).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        Assert.Equal("README.md", metadata.Elements().Single(element => element.Name.LocalName == "readme").Value);
        Assert.NotNull(package.GetEntry("README.md"));
        Assert.True(metadata.Elements().Single(element => element.Name.LocalName == "description").Value.Length > 40);
        Assert.NotEmpty(metadata.Elements().Single(element => element.Name.LocalName == "tags").Value);
        var groups = metadata.Descendants().Where(element => element.Name.LocalName == "group").ToList();
        Assert.Equal(2, groups.Count);
        Assert.All(groups, group => Assert.Superset(
            needs.ToHashSet(), group.Elements().Select(dependency => dependency.Attribute("id")!.Value).ToHashSet()));

        // On current .NET the SDK brings nothing along but its own.
        Assert.True(id.EndsWith("Hosting", StringComparison.Ordinal)
            || groups.Single(group => group.Attribute("targetFramework")!.Value == "net10.0").Elements().Count() == needs.Length);
    }

    [SkippableFact]
    public async Task Readme_InAnAppOfItsOwn_TrimmedAndSelfContained_TalksToTheServer()
    {
        Assert.Equal("", packed.Complaints);
        await using var server = await TestServer.StartAsync();
        var app = await packed.AppAsync(Sample());
        var output = Path.Combine(app, "published");

        var (code, said) = await Dotnet.BuildAsync(app, "publish", "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained",
            "-p:PublishTrimmed=true", "-p:TrimMode=full", "-o", output);
        var missing = Regex.Match(said, @"NU110[0-3]: .*(Microsoft\.NET\.ILLink\.Tasks|Microsoft\.NETCore\.App\.Runtime\.\S+|Microsoft\.NETCore\.App\.Host\.\S+)");
        if (!missing.Success)
        {
            Assert.True(code == 0, said);
            Assert.DoesNotContain("warning", said, StringComparison.OrdinalIgnoreCase);
            Assert.False(File.Exists(Path.Combine(output, "System.Private.Xml.dll")), "It was not trimmed.");
            await TalksAsync(Path.Combine(output, OperatingSystem.IsWindows() ? "App.exe" : "App"), server.Address.ToString());
            return;
        }

        // Where it cannot be trimmed the package is used all the same.
        (code, said) = await Dotnet.BuildAsync(app, "build", "-o", output);
        Assert.True(code == 0, said);
        await TalksAsync("dotnet", Path.Combine(output, "App.dll"), server.Address.ToString());
        Skip.If(true, $"It cannot be trimmed here: the configured sources have no {missing.Groups[1].Value}. Untrimmed it talks to the server.");
    }

    private static async Task TalksAsync(params string[] command)
    {
        var (code, said) = await Dotnet.RunAsync(Dotnet.Root, command);
        Assert.True(code == 0, said);
        Assert.Contains("ann says: Hello Ben!; unread: 1", said, StringComparison.Ordinal);
    }

    /// <summary>The first program in the README of the package.</summary>
    private static string Sample() => Regex.Match(
        File.ReadAllText(Path.Combine(Dotnet.Root, "ClientSdk", "README.md")), "```csharp\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
}
