using System.Text.RegularExpressions;

namespace OrleansIM.Samples.Tests;

/// <summary>The packages as <c>dotnet pack</c> makes them, and a folder outside of this repository to use them from.</summary>
public sealed class PackedSdk : IAsyncLifetime
{
    /// <summary>No release has it, so that no cache can have another package in its place.</summary>
    public const string Version = "0.0.0-packed";

    private static readonly string[] s_projects = ["Protocol", "ClientSdk", "ClientSdk.Hosting"];

    private readonly TempDirectory _folder = new();

    /// <summary>Where the packages are.</summary>
    public string Packages => Path.Combine(_folder.Path, "packages");

    /// <summary>What packing said that is not good news.</summary>
    public string Complaints { get; private set; } = "";

    public async Task InitializeAsync()
    {
        // All in one go: what they share is looked at once.
        var projects = string.Join(';', s_projects.Select(project => Path.Combine(Dotnet.Root, project, $"{project}.csproj")));
        var all = Path.Combine(_folder.Path, "all.proj");
        await File.WriteAllTextAsync(all, $"""
            <Project>
              <ItemGroup><Packed Include="{projects}" /></ItemGroup>
              <Target Name="Restore"><MSBuild Projects="@(Packed)" Targets="Restore" /></Target>
              <Target Name="Pack"><MSBuild Projects="@(Packed)" Targets="Pack" /></Target>
            </Project>
            """);

        // In a folder of its own: the one that these tests run from is in use. What analyzers say is said by every build.
        var (code, output) = await Dotnet.BuildAsync(Dotnet.Root, "pack", all, $"-p:PackageOutputPath={Packages}", $"-p:Version={Version}", "-p:Configuration=Release", "-p:Engine=Solo",
            "-p:RunAnalyzers=false", $"-p:ArtifactsPath={Path.Combine(Dotnet.Root, "artifacts", "packages")}");
        Complaints = code == 0 ? string.Join('\n', output.Split('\n').Where(line => Regex.IsMatch(line, "warn|missing", RegexOptions.IgnoreCase))) : output;
    }

    /// <summary>Makes the project of an app that has the package, and nothing of this repository.</summary>
    public async Task<string> AppAsync(string program)
    {
        var app = Path.Combine(_folder.Path, "App");
        Directory.CreateDirectory(app);
        await File.WriteAllTextAsync(Path.Combine(app, "Program.cs"), program);
        await File.WriteAllTextAsync(Path.Combine(app, "App.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <InvariantGlobalization>true</InvariantGlobalization>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="OrleansIM.Client" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);

        // What is restored already is taken from there; what is not stays in a folder of this test's own.
        var restored = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        Directory.CreateDirectory(restored);
        await File.WriteAllTextAsync(Path.Combine(app, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_folder.Path, "restored")}" /></config>
              <fallbackPackageFolders><add key="restored" value="{restored}" /></fallbackPackageFolders>
              <packageSources><add key="packed" value="{Packages}" /></packageSources>
            </configuration>
            """);
        return app;
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }
}
