using System.Diagnostics;

namespace OrleansIM.Client.Tests.Store;

/// <summary>Another program on the device, with a client of the same session and folder: this assembly, started once more.</summary>
internal sealed class OtherProgram : IAsyncDisposable
{
    private readonly Process _process;

    private OtherProgram(Process process) => _process = process;

    /// <summary>The session that the programs share.</summary>
    public static Session Session { get; } = new("ann", "t1");

    /// <summary>Not there: the programs are to be without a connection.</summary>
    public static Uri NoServer { get; } = new("http://127.0.0.1:9");

    /// <summary>Starts it: it opens the session, queues a message if it is given a body, and says what is in its outbox.</summary>
    public static OtherProgram Start(string folder, string? body = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(OtherProgram).Assembly.Location, folder, .. body is null ? Array.Empty<string>() : [body]])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) != "dotnet")
        {
            // A test host of its own; the program is run by what runs it.
            start.FileName = "dotnet";
        }

        return new OtherProgram(Process.Start(start)!);
    }

    /// <summary>What was in its outbox: cids.</summary>
    public async Task<string[]> OutboxAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.NotNull(line);
        return line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>As a crash does it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    /// <summary>What it does.</summary>
    private static async Task Main(string[] arguments)
    {
        await using var client = new ImClient(new ImClientOptions { Server = NoServer, Store = new FileStore(arguments[0]) });
        await client.OpenAsync(Session);
        if (arguments.Length > 1)
        {
            await client.EnqueueAsync("ann", "ben", arguments[1], cid: arguments[1]);
        }

        Console.WriteLine(string.Join(' ', client.Outbox().Select(message => message.Cid)));
        await Console.In.ReadToEndAsync();
    }
}
