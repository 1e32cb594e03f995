using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansIM.TestSupport;

/// <summary>What is logged: level, text, exception.</summary>
/// <param name="least">What counts. Default: everything.</param>
public sealed class LogLines(LogLevel least = LogLevel.Trace) : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}".TrimEnd());
        }
    }

    /// <summary>Whether a line has that in it.</summary>
    public bool Has(string text) => Lines.Any(line => line.Contains(text, StringComparison.Ordinal));

    public override string ToString() => string.Join('\n', Lines);

    public void Dispose()
    {
    }
}
