using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace OrleansIM.LoadTest.Settings;

/// <summary>Scenarios by name: those that come with the program, and those of a file. What a file says is laid over what is there.</summary>
internal sealed class ScenarioFile
{
    private static readonly JsonDocumentOptions s_reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
    };

    private readonly JsonObject _scenarios;

    private ScenarioFile(JsonObject scenarios) => _scenarios = scenarios;

    public IEnumerable<string> Names => _scenarios.Select(pair => pair.Key);

    /// <summary>The ones that come with the program, and with a file those of the file.</summary>
    /// <exception cref="UsageException">The file is not there, or not what it should be.</exception>
    public static ScenarioFile Load(string? file)
    {
        using var builtIn = typeof(ScenarioFile).Assembly.GetManifestResourceStream("scenarios.json")!;
        var scenarios = JsonNode.Parse(builtIn, documentOptions: s_reading)!.AsObject();
        if (file is not null)
        {
            foreach (var (name, changes) in Read(file))
            {
                scenarios[name] = Laid(scenarios, name, changes, file);
            }
        }

        return new ScenarioFile(scenarios);
    }

    /// <summary>A scenario with what the command line says laid over it.</summary>
    /// <exception cref="UsageException">There is none of that name, or a setting is wrong.</exception>
    public ScenarioSettings Find(string name, Func<ScenarioSettings, ScenarioSettings> change)
    {
        if (_scenarios[name] is not JsonObject found)
        {
            throw new UsageException($"There is no scenario '{name}'. There is {string.Join(", ", Names)}.");
        }

        ScenarioSettings settings;
        try
        {
            settings = change(found.Deserialize<ScenarioSettings>(s_json)!);
        }
        catch (JsonException wrong)
        {
            throw new UsageException($"Scenario '{name}': {wrong.Message}");
        }

        return settings.Mistakes is { Count: > 0 } mistakes
            ? throw new UsageException($"Scenario '{name}' is wrong:\n  {string.Join("\n  ", mistakes)}")
            : settings;
    }

    private static JsonObject Read(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(file), documentOptions: s_reading) as JsonObject
                ?? throw new UsageException($"--config {file}: a JSON object of scenarios by name is needed.");
        }
        catch (JsonException wrong)
        {
            throw new UsageException($"--config {file} is not JSON: {wrong.Message}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--config {file} cannot be read: {gone.Message}");
        }
    }

    /// <summary>A scenario of a file over the one of the same name, else over the one it names as its kind.</summary>
    private static JsonObject Laid(JsonObject scenarios, string name, JsonNode? changes, string file)
    {
        if (changes is not JsonObject given)
        {
            throw new UsageException($"--config {file}: '{name}' has to be an object of settings.");
        }

        var kind = given["kind"] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
        if (scenarios[kind ?? name] is not JsonObject under)
        {
            throw new UsageException($"--config {file}: '{name}' needs a kind, one of {string.Join(", ", scenarios.Select(pair => pair.Key))}.");
        }

        var laid = under.DeepClone().AsObject();
        foreach (var (key, setting) in given)
        {
            laid[key] = setting?.DeepClone();
        }

        // A scenario made from a scenario of the file is played by the same class.
        laid["kind"] = under["kind"]!.DeepClone();
        return laid;
    }
}
