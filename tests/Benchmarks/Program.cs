using OrleansIM.Benchmarks.EndToEnd;
using OrleansIM.Benchmarks.EndToEnd.Relay;
using OrleansIM.Benchmarks.Pieces;

try
{
    return args switch
    {
        ["e2e", .. var rest] => await EndToEndCommand.RunAsync(rest),
        ["pieces", .. var filters] => PiecesCommand.Run(filters),
        [RelayServer.Verb, var url, .. var database] => await RelayHost.RunAsync(url, database.FirstOrDefault()),
        [] => List(),
        [var unknown, ..] => throw new BenchException($"'{unknown}' is not understood. There is pieces and e2e; without an argument what can be measured is listed."),
    };
}
catch (BenchException failure)
{
    Console.Error.WriteLine($"bench: {failure.Message}");
    return 2;
}

static int List()
{
    Console.WriteLine("""
        bench pieces [FILTER …]: parts of the server by themselves
          Edge: what the gateway does with every message (DecodeRequest, MergeEntry, EncodeEvent)
          Matcher: friends in place of mail addresses (Build, Find, ResolveSummary), 10 friends and 1,000
          Append: a message into both logs, Alone and Among200, on no store, SQLite, PostgreSQL

        bench e2e [WORKLOAD …]: real sockets, our server beside a peer and a limit (docs/performance.md)
        """);
    foreach (var workload in EndToEndCommand.Workloads)
    {
        Console.WriteLine($"  {workload.Name,-18} {workload.What}");
    }

    return 0;
}
