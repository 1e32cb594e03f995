using System.Diagnostics;
using System.Globalization;

namespace OrleansIM.Clusters;

/// <summary>
/// A small process that is told which others were started, and kills those still there when its input ends. It ends
/// however this process does: Ctrl-C, a crash, kill -9. It also removes the folder.
/// </summary>
internal sealed class Guardian : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP
        pids=' '
        while read -r word pid; do
          case $word in
            keep) pids="$pids$pid " ;;
            drop) pids="${pids%% $pid *} ${pids#* $pid }" ;;
          esac
        done
        for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
        [ "$pids" = ' ' ] || sleep 1
        rm -rf "$1"
        """;

    private readonly Lock _gate = new();
    private readonly Process _process;

    public Guardian(string folder)
    {
        _process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, "guardian", folder]) { RedirectStandardInput = true })!;
        _process.StandardInput.AutoFlush = true;
    }

    public void Keep(int pid) => Say("keep", pid);

    public void Drop(int pid) => Say("drop", pid);

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit(TimeSpan.FromSeconds(30));
        _process.Dispose();
    }

    private void Say(string word, int pid)
    {
        lock (_gate)
        {
            _process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{word} {pid}"));
        }
    }
}
