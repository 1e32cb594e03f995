using System.Text;
using System.Threading.Channels;
using Npgsql;
using OrleansIM.Benchmarks.EndToEnd.Wire;

namespace OrleansIM.Benchmarks.EndToEnd.Relay;

/// <summary>
/// What the least of a durable messenger does: a row for either side of a message in a table like our log's, in commits
/// of whatever came meanwhile, two at a time; then the recipient gets the message and the sender <c>R NUMBER</c>.
/// </summary>
internal sealed class RelayLog : IAsyncDisposable
{
    private const int Writers = 2;

    private readonly NpgsqlDataSource _source;
    private readonly Channel<Message>[] _arrived = [.. Enumerable.Range(0, Writers).Select(_ => Channel.CreateUnbounded<Message>())];
    private readonly Task[] _writing;
    private long _seq;

    private RelayLog(NpgsqlDataSource source)
    {
        _source = source;
        _writing = [.. _arrived.Select(arrived => Task.Run(() => WriteAsync(arrived.Reader)))];
    }

    public static async Task<RelayLog> StartAsync(string database) => new(await LogTable.CreateAsync(database, CancellationToken.None));

    /// <summary>Ends when it can store no more.</summary>
    public Task Ended => Task.WhenAny(_writing).Unwrap();

    /// <summary>Stores the message and passes it on. What one client sends stays in order.</summary>
    public void Append(RelayClient from, RelayClient to, byte[] payload) =>
        _arrived[(uint)from.Name!.GetHashCode(StringComparison.Ordinal) % Writers].Writer.TryWrite(new Message(from, to, payload));

    public async ValueTask DisposeAsync()
    {
        foreach (var arrived in _arrived)
        {
            arrived.Writer.Complete();
        }

        await Task.WhenAll(_writing);
        await _source.DisposeAsync();
    }

    private async Task WriteAsync(ChannelReader<Message> arrived)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var insert = new NpgsqlCommand(LogTable.Insert, connection);
        var batch = new List<Message>();
        while (await arrived.WaitToReadAsync())
        {
            while (arrived.TryRead(out var message))
            {
                batch.Add(message);
            }

            insert.Parameters.Clear();
            insert.Parameters.Add(new() { Value = batch.SelectMany(message => (string[])[message.From.Name!, message.To.Name!]).ToArray() });
            insert.Parameters.Add(new() { Value = batch.SelectMany(_ => (long[])[Interlocked.Increment(ref _seq), Interlocked.Increment(ref _seq)]).ToArray() });
            insert.Parameters.Add(new() { Value = batch.SelectMany(message => (byte[][])[message.Payload, message.Payload]).ToArray() });
            await insert.ExecuteNonQueryAsync();
            foreach (var message in batch)
            {
                await message.To.SendAsync(message.Payload);
                await message.From.SendAsync(Encoding.ASCII.GetBytes(FormattableString.Invariant($"R {Scan.NumberAfter(message.Payload, [])}")));
            }

            batch.Clear();
        }
    }

    private sealed record Message(RelayClient From, RelayClient To, byte[] Payload);
}
