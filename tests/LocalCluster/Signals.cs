using System.Runtime.InteropServices;

namespace OrleansIM.Clusters;

/// <summary>What one process can say to another.</summary>
internal static partial class Signals
{
    public const int Kill = 9, Terminate = 15, Continue = 18, Stop = 19;

    /// <summary>Sends it; a process that is gone does not hear it.</summary>
    public static void Send(int pid, int signal) => _ = SendSignal(pid, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
