using Microsoft.Extensions.Options;
using OrleansIM.Hosting.Checks;
using OrleansIM.Hosting.Storage;

namespace OrleansIM.Hosting;

/// <summary>How an executable runs, and what it says when it cannot.</summary>
public static class Launch
{
    /// <summary>The only argument of who asks what this is.</summary>
    private const string AskVersion = "--version";

    /// <summary>Runs until it is told to stop. Answers the process's exit code; a faulty setting is named, not thrown.</summary>
    public static async Task<int> RunAsync(string[] args, Func<string[], WebApplication> create)
    {
        if (args is [AskVersion])
        {
            Console.WriteLine($"OrleansIM {BuildInfo.Version}, engine {BuildInfo.Engine}");
            return 0;
        }

        try
        {
            await using var app = create(args);
            app.CheckIsFree();
            app.WarnOfOpenSecretFiles();
            await app.RunAsync();
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
            return Fail($"{address.Message} Give another address with --urls.");
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
