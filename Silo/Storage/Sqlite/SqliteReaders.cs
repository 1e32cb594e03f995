using System.Threading.Channels;

namespace OrleansIM.Silo.Storage.Sqlite;

/// <summary>
/// A few connections that only read: each read sees every commit before it and waits for no writer (WAL). A read may
/// wait for the disk, so their number also bounds how many threads of the pool do.
/// </summary>
internal sealed class SqliteReaders
{
    private readonly Channel<SqliteSession> _idle = Channel.CreateUnbounded<SqliteSession>();
    private readonly int _count;

    public SqliteReaders(int count, Func<SqliteSession> open)
    {
        _count = count;
        for (var i = 0; i < count; i++)
        {
            _idle.Writer.TryWrite(open());
        }
    }

    public async Task<T> RunAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellation)
    {
        SqliteSession session;
        try
        {
            session = await _idle.Reader.ReadAsync(cancellation);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(SqliteReaders), "The storage is closed: this process is stopping.");
        }

        try
        {
            return await Task.Run(() => read(session), CancellationToken.None);
        }
        finally
        {
            if (!_idle.Writer.TryWrite(session))
            {
                session.Dispose();
            }
        }
    }

    /// <summary>Waits for the reads that run, closes the connections; reads that come later are refused.</summary>
    public async Task CloseAsync()
    {
        for (var i = 0; i < _count; i++)
        {
            (await _idle.Reader.ReadAsync()).Dispose();
        }

        _idle.Writer.TryComplete();
    }
}
