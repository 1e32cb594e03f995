namespace OrleansIM.Silo.Storage.Sqlite;

internal sealed partial class SqliteDatabase
{
    [LoggerMessage(1, LogLevel.Warning, "Others on this machine may read the database {File}, with all messages and keys in it. Let nobody but the user of this server: chmod 600, what SQLite has beside it (-wal, -shm) too.")]
    private partial void LogOpenToOthers(string file);
}
