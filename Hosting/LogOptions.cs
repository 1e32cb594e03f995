namespace OrleansIM.Hosting;

/// <summary>Section <c>Logs</c>. Read once, at start.</summary>
public sealed class LogOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Logs";

    /// <summary><c>text</c>, or <c>json</c>: one object per line. Default: <c>text</c>.</summary>
    public string Format { get; set; } = "text";

    /// <summary>
    /// A file for the audit log besides the console: one JSON object per line, appended and never rewritten; a new one each
    /// day, the date in its name. Nobody removes old ones. Default: none.
    /// </summary>
    public string AuditFile { get; set; } = "";
}
