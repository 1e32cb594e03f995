using System.Text.Json;
using OrleansIM.LoadTest.Command;

namespace OrleansIM.LoadTest.Tests.Faulty;

/// <summary>Runs the program as the command line does.</summary>
internal sealed class LoadTestRuns : IDisposable
{
    private readonly TempDirectory _folder = new();

    public string Path(string name) => System.IO.Path.Combine(_folder.Path, name);

    /// <summary>Runs it and answers the exit code, what it said, and the JSON it wrote.</summary>
    public async Task<(int Code, string Said, JsonElement Result)> RunAsync(params string[] arguments)
    {
        var json = Path($"{Guid.NewGuid():N}.json");
        using var said = new StringWriter();
        var code = await new LoadTestCommand(TextWriter.Synchronized(said), TextWriter.Synchronized(said), isTerminal: false)
            .RunAsync([.. arguments, "--json", json], CancellationToken.None);
        using var document = File.Exists(json) ? JsonDocument.Parse(await File.ReadAllTextAsync(json)) : null;
        return (code, said.ToString(), document?.RootElement.Clone() ?? default);
    }

    public void Dispose() => _folder.Dispose();
}
