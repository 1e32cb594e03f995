using System.Diagnostics;
using System.Text.RegularExpressions;

namespace OrleansIM.Fuzz.Engine;

/// <summary>What an input has brought to light.</summary>
/// <param name="Kind">The same for inputs that show the same fault.</param>
/// <param name="Details">What there is to know, in some lines.</param>
/// <param name="Input">The input.</param>
internal sealed partial record Finding(string Kind, string Details, byte[] Input)
{
    /// <summary>What was thrown: its type, and where the product threw it.</summary>
    public static Finding Of(Exception failure, byte[] input)
    {
        var kind = failure is BrokenPromiseException broken ? broken.Promise : $"{failure.GetType().Name} at {PlaceOf(failure)}";
        return new Finding(kind, failure.ToString(), input);
    }

    /// <summary>It took too long, or too much memory: what another time may not be so.</summary>
    public bool IsOfCost { get; private init; }

    /// <summary>For a file's name.</summary>
    public string Slug
    {
        get
        {
            var slug = NoWord().Replace(Kind.ToLowerInvariant(), "-").Trim('-');
            return slug.Length > 60 ? slug[..60].TrimEnd('-') : slug;
        }
    }

    public static Finding OfCost(string kind, string details, byte[] input) => new(kind, details, input) { IsOfCost = true };

    private static string PlaceOf(Exception failure)
    {
        var frames = new StackTrace(failure).GetFrames().Select(frame => frame.GetMethod()).Where(method => method?.DeclaringType is not null).ToList();
        var own = frames.FirstOrDefault(method => method!.DeclaringType!.FullName!.StartsWith("OrleansIM.", StringComparison.Ordinal));
        return (own ?? frames.FirstOrDefault()) is { } place ? $"{place.DeclaringType!.Name}.{place.Name}" : "an unknown place";
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NoWord();
}
