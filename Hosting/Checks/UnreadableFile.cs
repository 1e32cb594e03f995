using System.Text.Json;

namespace OrleansIM.Hosting.Checks;

/// <summary>A file of settings that is no JSON, or not of settings: where, and what to do. What is in it may be a secret and is not repeated.</summary>
internal static class UnreadableFile
{
    /// <summary>What is wrong, as the end of a sentence that names the file.</summary>
    public static string Why(InvalidDataException unreadable)
    {
        // Of these, what .NET says names a key at most: one that is there twice, or what stands in the place of the object.
        var (inner, json) = (unreadable.InnerException, unreadable.InnerException?.InnerException as JsonException);
        return json is null ? (inner ?? unreadable).Message.TrimEnd('.')
            : json is { LineNumber: 0, BytePositionInLine: 0 } ? "it is empty, or does not begin with a brace. It has to be JSON; one without any setting is {}"
            : $"it is no JSON from line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1} on. Look there, and just before, for a quote, a comma or a brace that is missing or too many";
    }
}
