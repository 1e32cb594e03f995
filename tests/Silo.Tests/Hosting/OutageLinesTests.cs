using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;
using OrleansIM.Hosting;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace OrleansIM.Silo.Tests.Hosting;

/// <summary>What of an outage gets to those who read the log.</summary>
public sealed class OutageLinesTests
{
    private static readonly Exception s_refused = new InvalidOperationException(
        "The store could not write.", new NpgsqlException("Failed to connect to 127.0.0.1:5432", new SocketException((int)SocketError.ConnectionRefused)));

    public static TheoryData<Exception, bool> Failures() => new()
    {
        { s_refused, true },
        { new TimeoutException("The store did not answer within 00:00:10."), true },
        { new PostgresException("the database system is shutting down", "FATAL", "FATAL", "57P01"), true },
        { new PostgresException("column \"x\" does not exist", "ERROR", "ERROR", "42703"), false },
        { new InvalidOperationException("A bug."), false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Line_OfAnOutage_HasNoStackAndOthersKeepIt(Exception failure, bool isOutage)
    {
        var line = Assert.Single(Write("OrleansIM.Storage", LogEventLevel.Information, failure));

        Assert.Equal(isOutage ? null : failure, line.Exception);
        Assert.Equal(isOutage, line.RenderMessage().Contains(" Reason: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Line_OfAnOutage_SaysWhatAndWhyOnOneLine()
    {
        var line = Assert.Single(Write("OrleansIM.Storage", LogEventLevel.Information, s_refused));

        Assert.Equal(
            $"A batch of 3 was not written. Reason: The store could not write: Failed to connect to 127.0.0.1:5432: {new SocketException((int)SocketError.ConnectionRefused).Message}.",
            line.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal((LogEventLevel.Error, "OrleansIM.Storage"), (line.Level, ((ScalarValue)line.Properties[Constants.SourceContextPropertyName]).Value));
    }

    [Fact]
    public void Exception_OfAnOutage_IsThereForDebug()
    {
        var lines = Write("OrleansIM.Storage", LogEventLevel.Debug, s_refused);

        Assert.Equal([(LogEventLevel.Error, null), (LogEventLevel.Debug, s_refused)], lines.Select(line => (line.Level, line.Exception)));
    }

    [Fact]
    public void Line_OfTheEngineAboutAGrain_IsLeftToWhoAskedForTheGrain()
    {
        Assert.Empty(Write("Orleans.Grain", LogEventLevel.Information, s_refused));
        Assert.Equal(LogEventLevel.Debug, Assert.Single(Write("Orleans.Grain", LogEventLevel.Debug, s_refused)).Level);
        Assert.Single(Write("Orleans.Grain", LogEventLevel.Information, new InvalidOperationException("A bug.")));
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", true)]
    [InlineData("OrleansIM.Mail", false)]
    public void KeyThatCannotBeOpened_IsOneLineToo(string category, bool isOneLine)
    {
        var failure = new CryptographicException("Unable to retrieve the decryption key.");

        Assert.Equal(isOneLine ? null : failure, Assert.Single(Write(category, LogEventLevel.Information, failure)).Exception);
    }

    private static List<LogEvent> Write(string category, LogEventLevel least, Exception failure)
    {
        var seen = new Lines();
        using var outages = new OutageLines(seen);
        using var logger = new LoggerConfiguration().MinimumLevel.Is(least).WriteTo.Sink(outages).CreateLogger();
        outages.Log = logger;
        using var factory = new LoggerFactory().AddSerilog(logger);
#pragma warning disable CA1848, CA1873 // One line.
        factory.CreateLogger(category).LogError(failure, "A batch of {Entries} was not written.", 3);
#pragma warning restore CA1848, CA1873
        return seen.Seen;
    }

    private sealed class Lines : ILogEventSink
    {
        public List<LogEvent> Seen { get; } = [];

        public void Emit(LogEvent logEvent) => Seen.Add(logEvent);
    }
}
