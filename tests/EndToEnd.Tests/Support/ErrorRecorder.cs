using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansIM.EndToEnd.Tests.Support;

/// <summary>Keeps what a server logs as an error.</summary>
internal sealed class ErrorRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _messages = new();

    public IReadOnlyCollection<string> Messages => _messages;

    public ILogger CreateLogger(string categoryName) => new Recorder(categoryName, _messages);

    public void Dispose()
    {
    }

    /// <summary>
    /// Orleans' words about its own end: a call that finds no silo while its own one stops (whoever calls is told), an
    /// activation that would rather move than end when there is nowhere to go. A restart is the occasion for both; whether
    /// anything was lost is what tests look at.
    /// </summary>
    private static bool IsOfStopping(Exception? exception) => exception is not null && exception.GetType().Name switch
    {
        "SiloUnavailableException" => exception.Message.Contains("shutting down", StringComparison.Ordinal),
        "OrleansException" => exception.Message.StartsWith("No active nodes are compatible", StringComparison.Ordinal),
        _ => false,
    };

    private sealed class Recorder(string category, ConcurrentQueue<string> messages) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && !IsOfStopping(exception))
            {
                messages.Enqueue($"{category}: {formatter(state, exception)} {exception}");
            }
        }
    }
}
