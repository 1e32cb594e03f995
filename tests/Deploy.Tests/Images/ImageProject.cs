using System.Text.Json;

namespace OrleansIM.Deploy.Tests.Images;

/// <summary>What a project says of its image, as the SDK reads it.</summary>
/// <param name="Properties">Some of its properties.</param>
/// <param name="Environment">The variables of an image.</param>
/// <param name="EnvironmentOfEach">Those of each of several images, for one processor each, that are made at once.</param>
/// <param name="Ports">Those it says it has.</param>
internal sealed record ImageProject(
    IReadOnlyDictionary<string, string> Properties, IReadOnlyDictionary<string, string> Environment, IReadOnlyDictionary<string, string> EnvironmentOfEach, IReadOnlySet<int> Ports)
{
    private static readonly string[] s_properties = ["ContainerBaseImage", "ContainerRepository", "ContainerUser", "ContainerTitle", "InvariantGlobalization", "PublishReadyToRun"];

    public static async Task<ImageProject> ReadAsync(string project)
    {
        var text = await Command.OutputOfAsync(
            TimeSpan.FromMinutes(3), "dotnet", "msbuild", Repository.PathOf(project, $"{project}.csproj"), "-nologo", "-nodeReuse:false", $"-p:Engine={Repository.Engine}",
            "-p:Configuration=Release", "-t:ComputeContainerBaseImage;_ParseItemsForPublishingSingleContainer", "-p:_ContainerEnvironmentVariables=A:http://0.0.0.0",
            $"-getProperty:{string.Join(',', s_properties)}", "-getItem:ContainerEnvironmentVariable,ContainerEnvironmentVariables,ContainerPort");
        using var read = JsonDocument.Parse(text[text.IndexOf('{', StringComparison.Ordinal)..]);
        var items = read.RootElement.GetProperty("Items");
        return new(
            read.RootElement.GetProperty(nameof(Properties)).EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetString()!),
            Variables("ContainerEnvironmentVariable"),
            Variables("ContainerEnvironmentVariables"),
            items.GetProperty("ContainerPort").EnumerateArray().Select(item => int.Parse(item.GetProperty("Identity").GetString()!, null)).ToHashSet());

        Dictionary<string, string> Variables(string name) =>
            items.GetProperty(name).EnumerateArray().ToDictionary(item => item.GetProperty("Identity").GetString()!, item => item.GetProperty("Value").GetString()!);
    }
}
