using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;
using OrleansIM.Timelines;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace OrleansIM.Hosting;

/// <summary>
/// An outage of a server that this one needs, or a key that cannot be opened, is one line: what could not be done, and why.
/// Where the code was at the time says nothing, again and again, so the exception itself is for <c>Debug</c>.
/// </summary>
internal sealed class OutageLines(ILogEventSink lines) : ILogEventSink, IDisposable
{
    private const string Reason = "Outage";
    private const string Keys = "Microsoft.AspNetCore.DataProtection";

    private static readonly MessageTemplateParser s_templates = new();

    /// <summary>Knows which categories want <c>Debug</c>; null until there is one.</summary>
    public Serilog.ILogger? Log { get; set; }

    public void Emit(LogEvent logEvent)
    {
        if (logEvent.Level < LogEventLevel.Information || logEvent.Exception is not { } failure || !(IsOutage(failure) || IsOfKeys(logEvent)))
        {
            lines.Emit(logEvent);
            return;
        }

        if (!IsToldByOurs(logEvent))
        {
            lines.Emit(OnOneLine(logEvent, Explain(failure)));
        }

        Log?.ForContext(Constants.SourceContextPropertyName, Category(logEvent)).Debug(failure, "The exception behind it.");
    }

    /// <summary>Whether some server that is needed does not answer, behind whatever exceptions it is told.</summary>
    internal static bool IsOutage(Exception failure) => Chain(failure).Any(static one => one switch
    {
        PostgresException answer => answer.IsTransient || answer.SqlState.StartsWith("57", StringComparison.Ordinal),
        StoreUnavailableException or NpgsqlException or SocketException or TimeoutException => true,
        _ => false,
    });

    /// <summary>All that the exceptions say, from the outside to the cause, on one line.</summary>
    internal static string Explain(Exception failure)
    {
        var said = new List<string>();
        foreach (var message in Chain(failure).Select(static one => one.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.')))
        {
            if (message.Length > 0 && !said.Exists(before => before.Contains(message, StringComparison.Ordinal)))
            {
                said.Add(message);
            }
        }

        return string.Join(": ", said);
    }

    public void Dispose() => (lines as IDisposable)?.Dispose();

    private static IEnumerable<Exception> Chain(Exception failure)
    {
        for (var one = failure; one is not null; one = one.InnerException)
        {
            yield return one;
        }
    }

    private static bool IsOfKeys(LogEvent line) =>
        Category(line).StartsWith(Keys, StringComparison.Ordinal) && Chain(line.Exception!).Any(static one => one is CryptographicException);

    /// <summary>Orleans' own account of a grain that could not be read or written, in half a dozen lines: who asked for the grain says in one what that meant.</summary>
    private static bool IsToldByOurs(LogEvent line) =>
        Category(line) is "Orleans.Grain" or "Orleans.Storage.AdoNetGrainStorage" || line.MessageTemplate.Text.StartsWith("Error from storage provider ", StringComparison.Ordinal);

    private static string Category(LogEvent line) =>
        line.Properties.TryGetValue(Constants.SourceContextPropertyName, out var category) && category is ScalarValue { Value: string name } ? name : "";

    private static LogEvent OnOneLine(LogEvent line, string reason) => new(
        line.Timestamp, line.Level, exception: null, s_templates.Parse($"{line.MessageTemplate.Text.TrimEnd().TrimEnd('.')}. Reason: {{{Reason}:l}}."),
        [.. line.Properties.Select(static property => new LogEventProperty(property.Key, property.Value)), new LogEventProperty(Reason, new ScalarValue(reason))],
        line.TraceId.GetValueOrDefault(), line.SpanId.GetValueOrDefault());
}
