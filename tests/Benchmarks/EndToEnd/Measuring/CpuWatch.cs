using System.Diagnostics;

namespace OrleansIM.Benchmarks.EndToEnd.Measuring;

/// <summary>CPU of the server, of its database, of a mail server, of the load client and of everybody else, between two moments.</summary>
internal sealed class CpuWatch
{
    private readonly IReadOnlyList<int> _servers;
    private readonly int? _database, _mail;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly CpuUse _before;

    private CpuWatch(IReadOnlyList<int> servers, int? database, int? mail)
    {
        (_servers, _database, _mail) = (servers, database, mail);
        _before = Read();
    }

    public static CpuWatch Start(int server, int? database = null, int? mail = null) => new([server], database, mail);

    /// <summary>The same for a server of several processes.</summary>
    public static CpuWatch Start(IReadOnlyList<int> servers, int? database = null) => new(servers, database, null);

    public CpuUse Stop()
    {
        var now = Read();
        var (server, database, mail, client) =
            (now.Server - _before.Server, now.Database - _before.Database, now.Mail - _before.Mail, now.Client - _before.Client);
        var seconds = _watch.Elapsed.TotalSeconds;
        var foreign = Math.Max(0, now.Foreign - _before.Foreign - server - database - mail - client) / (seconds * Environment.ProcessorCount);
        return new CpuUse(seconds, server, database, mail, client, foreign);
    }

    /// <summary>What was used so far; under <see cref="CpuUse.Foreign"/> stands the whole machine.</summary>
    private CpuUse Read() => new(
        0,
        // Where there is no server of ours the client is named in its place.
        _servers.Where(server => server != Environment.ProcessId).Sum(ProcessTimes.Cpu),
        _database is { } database ? ProcessTimes.CpuOfTree(database) : 0,
        _mail is { } mail ? ProcessTimes.CpuOfTree(mail) : 0,
        ProcessTimes.Cpu(Environment.ProcessId),
        ProcessTimes.Machine());
}

/// <summary>Seconds that went by, seconds of CPU, and the share of the machine that others took.</summary>
internal sealed record CpuUse(double Seconds, double Server, double Database, double Mail, double Client, double Foreign);
