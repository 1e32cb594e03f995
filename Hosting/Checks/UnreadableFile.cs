using System.Text.Json;

namespace OrleansIM.Hosting.Checks;

/// <summary>A file of settings that is no JSON, or not of settings: where, and what to do. What is in it may be a secret and is not repeated.</summary>
internal static class UnreadableFile
{
    /// <summary>What is wrong, as the end of a sentence that names the file.</summary>
    public static string Why(InvalidDataException unreadable)
    {
        var (inner, json) = (unreadable.InnerException, unreadable.InnerException?.InnerException as JsonException);
        return json is null ? Inside((inner ?? unreadable).Message)
            : json is { LineNumber: 0, BytePositionInLine: 0 } ? "it is empty, or does not begin with a brace. It has to be JSON; one without any setting is {}"
            : $"it is no JSON from line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1} on. Look there, and just before, for a quote, a comma or a brace that is missing or too many";
    }

    // Of a key that is there twice, what .NET says names it and nothing else.
    private static string Inside(string message) => message.StartsWith("Top-level JSON element", StringComparison.Ordinal)
        ? "a list or a single value is all there is in it. Settings have to stand in one object, such as { \"Gateway\": { \"WebClient\": false } }; one without any setting is {}"
        : message.TrimEnd('.');
}
