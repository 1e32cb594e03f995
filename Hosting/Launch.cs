using Microsoft.Extensions.Options;
using OrleansIM.Hosting.Checks;
using OrleansIM.Hosting.Storage;

namespace OrleansIM.Hosting;

/// <summary>How an executable runs, and what it says when it cannot.</summary>
public static class Launch
{
    /// <summary>The only argument of who asks what this is.</summary>
    internal const string AskVersion = "--version";

    /// <summary>The only argument of who asks what it takes.</summary>
    internal const string AskHelp = "--help";

    private const string Help = """
        Runs until it is told to stop (SIGTERM, Ctrl-C). Its settings are arguments like --Section:Key=value, variables of the
        environment like Section__Key=value, and appsettings.json in the working directory; docs/operations.md lists them.
        --version says what this is.
        """;

    /// <summary>Runs until it is told to stop. Answers the process's exit code; a faulty setting is named, not thrown.</summary>
    public static async Task<int> RunAsync(string[] args, Func<string[], WebApplication> create)
    {
        if (args is [AskVersion])
        {
            Console.WriteLine($"OrleansIM {BuildInfo.Version}, engine {BuildInfo.Engine}");
            return 0;
        }

        if (args is [AskHelp or "-h"])
        {
            Console.WriteLine(Help);
            return 0;
        }

        try
        {
            await using var app = create(args);
            app.CheckIsFree();
            app.WarnOfOpenSecretFiles();
            await RunAsync(app);
            return 0;
        }
        catch (OptionsValidationException invalid)
        {
            return Fail([.. invalid.Failures]);
        }
        catch (StorageException storage)
        {
            return Fail(storage.Message);
        }
        catch (InvalidDataException unreadable)
        {
            return Fail($"{unreadable.Message.TrimEnd('.')}: {UnreadableFile.Why(unreadable)}.");
        }
        catch (IOException address) when (address.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            return Fail($"{address.Message} Give another address with --urls, and a second server other data too (./oim run --data DIR, or --Storage:DataDirectory=DIR).");
        }
    }

    /// <summary>Who stops it while it starts gets what was asked for, whatever was in the middle of starting.</summary>
    private static async Task RunAsync(WebApplication app)
    {
        var lifetime = app.Lifetime;
        try
        {
            await app.RunAsync();
        }
#pragma warning disable CA1031 // What was broken off says so in as many ways as there are parts.
        catch (Exception) when (lifetime.ApplicationStopping.IsCancellationRequested && !lifetime.ApplicationStarted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await Console.Error.WriteLineAsync("OrleansIM was stopped before it was ready.");
        }
    }

    private static int Fail(params string[] faults)
    {
        foreach (var fault in faults)
        {
            Console.Error.WriteLine($"OrleansIM cannot start: {fault}");
        }

        return 1;
    }
}
