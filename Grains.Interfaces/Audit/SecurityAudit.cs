using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace OrleansIM.Audit;

/// <summary>
/// The audit log: what matters to the security of accounts, a line for each event (docs/operations.md, "Audit log"). It is
/// a category of the log, so that it goes wherever logs go and nobody can take a line back. Never a password, a token, a
/// mail address or anything that people write.
/// </summary>
public sealed class SecurityAudit(ILoggerFactory loggers)
{
    /// <summary>The category of the log.</summary>
    public const string Category = "OrleansIM.Audit";

    /// <summary>The outcome of what was done.</summary>
    public const string Ok = "ok";

    private const string SourceKey = "im.source";

    // What is not there is left out, so each combination is a template of its own.
    private static readonly string[] s_optional = ["Account", "Session", "Source", "Detail"];
    private static readonly string[] s_templates = [.. Enumerable.Range(0, 1 << s_optional.Length).Select(Template)];

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    /// <summary>Says for the calls that follow, down to the grains, from which network address a request came.</summary>
    public static void ComesFrom(string source) => RequestContext.Set(SourceKey, source);

    /// <summary>From where the request came that is worked on; null if nobody has said.</summary>
    public static string? Source => RequestContext.Get(SourceKey) as string;

    /// <summary>Writes a line.</summary>
    /// <param name="what">One of <see cref="AuditEvents"/>.</param>
    /// <param name="account">The account it is about, if there is one of that id: what does not exist may be a password in the wrong field.</param>
    /// <param name="outcome"><see cref="Ok"/>, or the code it was refused with.</param>
    /// <param name="session">The session in which it was asked for.</param>
    /// <param name="detail">What the event's description says.</param>
    /// <param name="source">The network address it came from; null for what <see cref="ComesFrom"/> has said.</param>
    public void Write(string what, string? account, string outcome = Ok, string? session = null, string? detail = null, string? source = null)
    {
        if (!_logger.IsEnabled(LogLevel.Information))
        {
            return;
        }

        string?[] values = [account, session, source ?? Source, detail];
        var fields = new List<KeyValuePair<string, object?>>(values.Length + 3) { new("Event", what), new("Outcome", outcome) };
        var present = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value)
            {
                fields.Add(new(s_optional[i], value));
                present |= 1 << i;
            }
        }

        fields.Add(new("{OriginalFormat}", s_templates[present]));
        _logger.Log(LogLevel.Information, new EventId(1, "Line"), fields, null, static (fields, _) => Text(fields));
    }

    private static string Text(List<KeyValuePair<string, object?>> fields) => string.Join(' ', fields.SkipLast(1).Select((field, i) => i < 2 ? field.Value : $"{Label(field.Key)}={field.Value}"));

    private static string Template(int present) => string.Concat(["{Event} {Outcome}", .. s_optional.Where((_, i) => (present & (1 << i)) != 0).Select(name => $" {Label(name)}={{{name}}}")]);

    private static string Label(string name) => name.ToLowerInvariant();
}
