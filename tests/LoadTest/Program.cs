using System.Runtime.InteropServices;
using OrleansIM.LoadTest.Command;

// Both ways of being stopped end the load and still look at what there is; the second time, it ends at once.
using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await new LoadTestCommand(Console.Out, Console.Error, !Console.IsOutputRedirected).RunAsync(args, stop.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
