using System.Diagnostics;

namespace OrleansIM.TestSupport;

/// <summary>
/// vdirsyncer of Debian's packages, a real CardDAV client: a pair of an address book at a server and a folder of vCards, in
/// a temporary folder of its own. Where it is not installed <see cref="IsAvailable"/> is false and tests skip themselves.
/// The variable <c>ORLEANSIM_TEST_VDIRSYNCER</c> names another program, or a file that is not there to see the skips.
/// </summary>
public sealed class Vdirsyncer : IDisposable
{
    /// <summary>Why tests are skipped when <see cref="IsAvailable"/> is false.</summary>
    public const string MissingReason = "vdirsyncer is not installed (Debian: apt-get install vdirsyncer).";

    private readonly TempDirectory _folder = new();

    private static string Program => Environment.GetEnvironmentVariable("ORLEANSIM_TEST_VDIRSYNCER") is { Length: > 0 } given ? given : "/usr/bin/vdirsyncer";

    /// <summary>Whether it is here.</summary>
    public static bool IsAvailable => File.Exists(Program);

    /// <summary>Where it keeps the cards of a collection.</summary>
    public string Cards(string collection) => Path.Combine(_folder.Path, "cards", collection);

    /// <summary>The cards of a collection, by no particular order.</summary>
    public string[] Read(string collection) => [.. Directory.GetFiles(Cards(collection), "*.vcf").Select(File.ReadAllText)];

    /// <summary>Says where to look, and with which name and password.</summary>
    /// <param name="address">Where discovery begins.</param>
    /// <param name="user">The name.</param>
    /// <param name="password">The password.</param>
    /// <param name="more">More settings of the remote storage, one a line.</param>
    /// <param name="pairMore">More settings of the pair, one a line.</param>
    public void Configure(Uri address, string user, string password, string more = "", string pairMore = "")
    {
        File.WriteAllText(Path.Combine(_folder.Path, "config"), $"""
            [general]
            status_path = "{_folder.Path}/status/"

            [pair friends]
            a = "cards"
            b = "server"
            collections = ["from b"]
            metadata = ["displayname"]
            {pairMore}

            [storage cards]
            type = "filesystem"
            path = "{_folder.Path}/cards/"
            fileext = ".vcf"

            [storage server]
            type = "carddav"
            url = "{address}"
            username = "{user}"
            password = "{password}"
            {more}

            """);
    }

    /// <summary>Finds the collections, and makes folders for those that are new.</summary>
    public Task<VdirsyncerRun> DiscoverAsync() => RunAsync("discover");

    /// <summary>Synchronizes both ways.</summary>
    public Task<VdirsyncerRun> SyncAsync() => RunAsync("sync");

    /// <summary>Runs a command, with a yes to all of its questions.</summary>
    public async Task<VdirsyncerRun> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, ["--config", Path.Combine(_folder.Path, "config"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = _folder.Path;
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync("y\ny\ny\ny\n");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has asked nothing and is gone.
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"vdirsyncer {string.Join(' ', arguments)} did not end within 120 s.");
        }

        return new VdirsyncerRun(process.ExitCode, await output + await errors);
    }

    /// <inheritdoc />
    public void Dispose() => _folder.Dispose();
}

/// <summary>What came of a command.</summary>
/// <param name="ExitCode">0 if all went well.</param>
/// <param name="Output">What it said.</param>
public sealed record VdirsyncerRun(int ExitCode, string Output)
{
    /// <summary>Throws with what it said if it did not go well.</summary>
    public void ShouldBeDone()
    {
        if (ExitCode != 0)
        {
            throw new InvalidOperationException($"vdirsyncer ended with code {ExitCode}:\n{Output}");
        }
    }
}
