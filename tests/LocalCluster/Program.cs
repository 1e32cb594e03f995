using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using OrleansIM.Clusters;

// ./oim cluster: a cluster on this machine until Ctrl-C.
using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext context)
{
    // The second one ends this process at once, and with it what it has started.
    context.Cancel = !stop.IsCancellationRequested;
    _ = stop.CancelAsync();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

if (ClusterArguments.TryParse(args, out var options) is { } fault)
{
    Console.Error.WriteLine($"oim cluster: {fault}");
    return 2;
}

if (LocalCluster.WhyNot is { } reason)
{
    Console.Error.WriteLine($"oim cluster: {reason}");
    return 2;
}

if (options.TakenPort() is { } taken)
{
    Console.Error.WriteLine($"oim cluster: port {taken} is taken, perhaps by ./oim run. --port N gives the gateways others, from N on.");
    return 1;
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Starting PostgreSQL, {options.Silos} silo(s) and {options.Gateways} gateway(s)…"));
stop.Token.Register(() => Console.WriteLine("Stopping…"));
LocalCluster cluster;
try
{
    cluster = await LocalCluster.StartAsync(options, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 0;
}
catch (Exception failure) when (failure is InvalidOperationException or TimeoutException or IOException or DbException)
{
    Console.Error.WriteLine($"oim cluster: {failure.Message}");
    return 1;
}

await using (cluster)
{
    foreach (var node in cluster.Nodes)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {node.Name,-10} pid {node.Pid,-7} {(node.Role == ClusterRole.Gateway ? node.Url : new Uri(node.Url, "readyz"))}"));
    }

    Console.WriteLine($"""
          balancer   {cluster.Balancer.Url} (any gateway that is ready)
          logs       {cluster.LogFolder}
          database   {cluster.Postgres.ConnectionString}

        Open any of the gateways in a browser: an account registered at one can sign in at all of them. End a process
        with `kill -TERM pid` (it sends its clients elsewhere first), `kill -KILL pid` or `kill -STOP pid`, and watch
        the clients come back. Ctrl-C ends everything and removes the data.
        """);
    foreach (var node in cluster.Nodes)
    {
        _ = TellEndAsync(node, stop.Token);
    }

    await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    return await StopAsync(cluster);
}

// Clients first go elsewhere, as long as there is an elsewhere.
static async Task<int> StopAsync(LocalCluster cluster)
{
    var code = 0;
    foreach (var role in new[] { ClusterRole.Gateway, ClusterRole.Silo })
    {
        try
        {
            await Task.WhenAll(cluster.Nodes.Where(node => node.Role == role && node.IsRunning).Select(node => node.StopAsync(TimeSpan.FromSeconds(45))));
        }
        catch (TimeoutException late)
        {
            Console.Error.WriteLine($"oim cluster: {late.Message}");
            code = 1;
        }
    }

    return code;
}

// A process that ends by itself, or is ended from outside, is worth a line.
static async Task TellEndAsync(ClusterNode node, CancellationToken stop)
{
    var pid = node.Pid;
    var code = await node.ExitAsync(Timeout.InfiniteTimeSpan);
    if (!stop.IsCancellationRequested)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {node.Name,-10} pid {pid,-7} has ended with code {code}; its log is {node.LogFile}"));
    }
}
