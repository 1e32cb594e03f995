using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace OrleansIM.Crash.Tests.Killing;

/// <summary>A store whose processes are killed, what was promised over it, and how it is looked into.</summary>
internal sealed record KilledStore(string Name, string[] Settings, LogCheck Check, Book Book)
{
    public static KilledStore Sqlite(string folder, string name = "SQLite") => Make(name, [$"--Storage:DataDirectory={folder}"], async () =>
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "orleansim.db")};Pooling=False");
        await connection.OpenAsync();
        return connection;
    });

    public static KilledStore Postgres(string database, string name = "PostgreSQL") => Make(
        name, ["--Storage:Provider=postgres", $"--Storage:ConnectionString={database}"], async () =>
        {
            var connection = new NpgsqlConnection(database + ";Pooling=false");
            await connection.OpenAsync();
            return connection;
        });

    private static KilledStore Make(string name, string[] storage, Func<Task<DbConnection>> connect)
    {
        var book = new Book();
        return new KilledStore(name, [.. storage, "--Accounts:PasswordIterations=1000"], new LogCheck(connect, book), book);
    }
}
