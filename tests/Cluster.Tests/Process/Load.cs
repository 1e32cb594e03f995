using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using OrleansIM.Clusters;

namespace OrleansIM.Cluster.Tests.Process;

/// <summary>Pairs that write to each other while something happens to the cluster, and the check of what they were promised.</summary>
internal sealed class Load(LocalCluster cluster, Pair[] pairs) : IAsyncDisposable
{
    private const short Message = 1;

    // A machine with a lot else to do.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    public IReadOnlyList<Pair> Pairs => pairs;

    /// <summary>Has every pair write, and waits until each has been heard.</summary>
    public async Task StartAsync()
    {
        foreach (var pair in pairs)
        {
            pair.StartWriting();
        }

        await FlowsAsync("messages at the beginning");
    }

    /// <summary>Waits until each pair has got a message through that was begun from now on.</summary>
    /// <returns>How long the last of them took.</returns>
    public async Task<TimeSpan> FlowsAsync(string what)
    {
        var begin = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(
            () => pairs.All(pair => pair.IsWholeSince(begin)),
            () => $"{what}; still waiting: {string.Join(", ", pairs.Where(pair => pair.WholeAt(begin) is null).Select(pair => pair.From))}{Logs()}",
            s_patience);
        return Stopwatch.GetElapsedTime(begin, pairs.Max(pair => pair.WholeAt(begin)!.Value));
    }

    /// <summary>
    /// Ends the writing and looks: everything acknowledged is in both logs once and was read once, in order; no log has a
    /// hole; no client saw a gap.
    /// </summary>
    public async Task FinishAsync()
    {
        await Task.WhenAll(pairs.Select(pair => pair.StopWritingAsync())).WaitAsync(s_patience);
        await Eventually.TrueAsync(
            () => pairs.All(pair => pair.LastReceived == pair.Acknowledgements.Count || pair.Faults.Count > 0),
            () => $"all messages to be read: {string.Join(", ", pairs.Select(pair => $"{pair.From} {pair.LastReceived}/{pair.Acknowledgements.Count}"))}{Logs()}",
            s_patience);
        Assert.Equal([], pairs.SelectMany(pair => pair.Faults));
        foreach (var pair in pairs)
        {
            var written = await ReadAsync(pair.From);
            var read = await ReadAsync(pair.To);
            Assert.Equal(
                pair.Acknowledgements.Select(sent => (sent.Id, sent.Seq, $"{pair.From}/{sent.Number}")),
                written.Select(row => (row.Id, row.Seq, row.Body)));
            Assert.Equal(written.Select(row => (row.Id, row.Body)), read.Select(row => (row.Id, row.Body)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pair in pairs)
        {
            await pair.DisposeAsync();
        }
    }

    /// <summary>The messages of a log, which has no hole.</summary>
    private async Task<List<(string Id, long Seq, string Body)>> ReadAsync(string account)
    {
        await using var connection = new NpgsqlConnection(cluster.Postgres.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT seq, kind, data FROM timeline WHERE account = $1 ORDER BY seq", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = account });
        await using var reader = await command.ExecuteReaderAsync();
        var messages = new List<(string, long, string)>();
        for (var next = 1L; await reader.ReadAsync(); next++)
        {
            Assert.Equal(next, reader.GetInt64(0));
            if (reader.GetInt16(1) == Message)
            {
                using var json = JsonDocument.Parse(reader.GetFieldValue<byte[]>(2));
                messages.Add((json.RootElement.GetProperty("id").GetString()!, next, json.RootElement.GetProperty("body").GetString()!));
            }
        }

        return messages;
    }

    private string Logs() => string.Concat(cluster.Nodes.Select(node => $"\n--- {node} ({(node.IsRunning ? "running" : "ended")})\n{node.LogEnd()}"));
}
