using System.Text.Json;
using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Reporting;

/// <summary>The figures of a result that was written, as paths like <c>latencyMs.p99</c>, and what describes the run.</summary>
internal sealed record ResultFile(string File, IReadOnlyDictionary<string, double> Numbers, IReadOnlyDictionary<string, string> Texts)
{
    /// <exception cref="UsageException">There is no such file, or it is no result.</exception>
    public static async Task<ResultFile> ReadAsync(string file)
    {
        try
        {
            await using var stream = System.IO.File.OpenRead(file);
            using var document = await JsonDocument.ParseAsync(stream);
            var (numbers, texts) = (new Dictionary<string, double>(), new Dictionary<string, string>());
            Flatten("", document.RootElement, numbers, texts);
            return texts.ContainsKey("scenario") && numbers.ContainsKey("lost")
                ? new ResultFile(file, numbers, texts)
                : throw new UsageException($"{file} is no result of a load test.");
        }
        catch (JsonException wrong)
        {
            throw new UsageException($"{file} is no result of a load test: {wrong.Message}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file} cannot be read: {gone.Message}");
        }
    }

    private static void Flatten(string path, JsonElement element, Dictionary<string, double> numbers, Dictionary<string, string> texts)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Flatten(path.Length == 0 ? property.Name : $"{path}.{property.Name}", property.Value, numbers, texts);
                }

                break;
            case JsonValueKind.Number:
                numbers[path] = element.GetDouble();
                break;
            case JsonValueKind.String:
                texts[path] = element.GetString()!;
                break;
        }
    }
}
