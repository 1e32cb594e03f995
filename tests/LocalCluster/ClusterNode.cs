using System.Diagnostics;
using OrleansIM.TestSupport;

namespace OrleansIM.Clusters;

/// <summary>What a process of the cluster is for.</summary>
public enum ClusterRole
{
    /// <summary>It has accounts.</summary>
    Silo,
    /// <summary>It has sessions.</summary>
    Gateway,
}

/// <summary>A process of the cluster. After it has ended, however, it can be started again under the same name and address.</summary>
public sealed class ClusterNode
{
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private static readonly string s_host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    private readonly string[] _arguments;
    private readonly Guardian _guardian;
    private readonly TimeSpan _startTimeout;
    // What was written before to a file that stays from one cluster to the next.
    private readonly long _logStart;
    private Process? _process;

    internal ClusterNode(string name, ClusterRole role, Uri url, string logFile, string program, string[] arguments, Guardian guardian, TimeSpan startTimeout)
    {
        (Name, Role, Url, LogFile, Program) = (name, role, url, logFile, program);
        (_arguments, _guardian, _startTimeout) = (arguments, guardian, startTimeout);
        _logStart = File.Exists(logFile) ? new FileInfo(logFile).Length : 0;
    }

    /// <summary><c>silo-1</c>, <c>gateway-1</c>, …</summary>
    public string Name { get; }

    /// <summary>What it is for.</summary>
    public ClusterRole Role { get; }

    /// <summary>Where it answers HTTP: a gateway everything, a silo its health.</summary>
    public Uri Url { get; }

    /// <summary>Everything it and those before it under this name have said, and those of an earlier cluster with the same folder.</summary>
    public string LogFile { get; }

    /// <summary>What is run at the next start.</summary>
    internal string Program { get; set; }

    /// <summary>The process; of one that has ended, the last one.</summary>
    public int Pid => _process?.Id ?? throw new InvalidOperationException($"{Name} was never started.");

    /// <summary>Whether it lives; a frozen one does.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>SIGKILL: as a power failure ends a process. Returns when it is gone.</summary>
    public async Task KillAsync()
    {
        Kill();
        await _process!.WaitForExitAsync();
        _guardian.Drop(Pid);
    }

    /// <summary>SIGKILL, without waiting for the end.</summary>
    public void Kill() => Signals.Send(Pid, Signals.Kill);

    /// <summary>SIGSTOP: it lives, and does nothing.</summary>
    public void Freeze() => Signals.Send(Pid, Signals.Stop);

    /// <summary>SIGCONT: it goes on as if nothing had been.</summary>
    public void Thaw() => Signals.Send(Pid, Signals.Continue);

    /// <summary>SIGTERM: as an orchestrator ends a process. Returns its exit code.</summary>
    /// <exception cref="TimeoutException">It was not gone in time, and was killed.</exception>
    public async Task<int> StopAsync(TimeSpan grace)
    {
        var process = _process!;
        Signals.Send(process.Id, Signals.Terminate);
        try
        {
            await process.WaitForExitAsync().WaitAsync(grace);
        }
        catch (TimeoutException)
        {
            await KillAsync();
            throw new TimeoutException($"{Name} was not gone {grace.TotalSeconds:0.#} s after SIGTERM. Its log ends with\n{LogEnd()}");
        }

        _guardian.Drop(process.Id);
        return process.ExitCode;
    }

    /// <summary>Starts it anew (kills it first if it lives) and returns when it is ready.</summary>
    public async Task RestartAsync()
    {
        if (IsRunning)
        {
            await KillAsync();
        }

        Launch();
        await ReadyAsync();
    }

    /// <summary>Whether <c>/readyz</c> answers 200.</summary>
    public async Task<bool> IsReadyAsync() => (await GetAsync("readyz")).Status == 200;

    /// <summary>What a path answers; status 0 if nothing does.</summary>
    public async Task<(int Status, string Body)> GetAsync(string path)
    {
        try
        {
            using var answer = await s_http.GetAsync(new Uri(Url, path));
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException)
        {
            return (0, notYet.Message);
        }
    }

    /// <summary>Waits for its end and answers the exit code.</summary>
    public async Task<int> ExitAsync(TimeSpan timeout)
    {
        await _process!.WaitForExitAsync().WaitAsync(timeout);
        _guardian.Drop(Pid);
        return _process.ExitCode;
    }

    /// <summary>The last lines of its log.</summary>
    public string LogEnd() => string.Join('\n', ReadLog().TakeLast(30));

    /// <summary>The lines of its log, as far as they are written, without those of an earlier cluster.</summary>
    public IReadOnlyList<string> ReadLog()
    {
        if (!File.Exists(LogFile))
        {
            return [];
        }

        using var file = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = _logStart <= file.Length ? _logStart : 0;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n');
    }

    /// <inheritdoc />
    public override string ToString() => Name;

    internal void Launch()
    {
        // exec: the process is the one that was started. A file, not a pipe: nobody has to read it, whoever dies. setsid: Ctrl-C
        // at the terminal reaches only who has started it, and stops all of it in order.
        _process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec setsid \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", LogFile, s_host, Program, .. _arguments]))!;
        _guardian.Keep(_process.Id);
    }

    internal async Task ReadyAsync() => await Eventually.TrueAsync(
        async () => IsRunning
            ? await IsReadyAsync()
            : throw new InvalidOperationException($"{Name} ended with code {_process!.ExitCode} instead of getting ready. Its log ends with\n{LogEnd()}"),
        $"{Name} to be ready; its log is {LogFile}",
        _startTimeout);
}
