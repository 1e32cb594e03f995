using Microsoft.Extensions.Logging;
using OrleansIM.Audit;

namespace OrleansIM.Grains.Tests.Security;

/// <summary>Lines of the audit log.</summary>
public sealed class SecurityAuditTests
{
    [Fact]
    public void Line_FieldsWithNothingToSay_AreLeftOut()
    {
        using var lines = new Lines();
        var audit = new SecurityAudit(lines);

        audit.Write("signin", null);
        audit.Write("signin", "ann", "bad_credentials", detail: "account");
        audit.Write("session.opened", "ann", session: "s", source: "192.0.2.1");

        Assert.Equal(["signin ok", "signin bad_credentials account=ann detail=account", "session.opened ok account=ann session=s source=192.0.2.1"], lines.Texts);
        Assert.Equal(["Event Outcome {OriginalFormat}", "Event Outcome Account Detail {OriginalFormat}", "Event Outcome Account Session Source {OriginalFormat}"], lines.Fields);
        Assert.Equal("{Event} {Outcome} account={Account} detail={Detail}", lines.Templates[1]);
    }

    private sealed class Lines : ILoggerFactory, ILogger
    {
        public List<string> Texts { get; } = [];
        public List<string> Fields { get; } = [];
        public List<object?> Templates { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var fields = Assert.IsAssignableFrom<IReadOnlyList<KeyValuePair<string, object?>>>(state);
            Texts.Add(formatter(state, exception));
            Fields.Add(string.Join(' ', fields.Select(field => field.Key)));
            Templates.Add(fields[^1].Value);
        }

        public void Dispose()
        {
        }
    }
}
