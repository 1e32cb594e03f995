using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace OrleansIM.EndToEnd.Tests.People;

/// <summary>Every value of every table of a database, as text: what somebody finds who looks for somebody.</summary>
internal sealed record DatabaseDump(IReadOnlyList<string> Tables, IReadOnlyList<StoredValue> Values)
{
    public static Task<DatabaseDump> OfSqliteAsync(string file) => ReadAsync(
        new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False"),
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");

    // The partitions, not the table that stands for them all.
    public static Task<DatabaseDump> OfPostgresAsync(string connectionString) => ReadAsync(
        new NpgsqlConnection(connectionString),
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname");

    private static async Task<DatabaseDump> ReadAsync(DbConnection connection, string listTables)
    {
        await using (connection)
        {
            await connection.OpenAsync();
            var tables = await RowsAsync(connection, listTables, row => row.GetString(0));
            var values = new List<StoredValue>();
            foreach (var table in tables)
            {
                values.AddRange((await RowsAsync(connection, $"SELECT * FROM \"{table}\"", row => ValuesOf(table, row))).SelectMany(static row => row));
            }

            return new DatabaseDump(tables, values);
        }
    }

    private static StoredValue[] ValuesOf(string table, DbDataReader row)
    {
        var texts = Enumerable.Range(0, row.FieldCount).ToDictionary(row.GetName, column => TextOf(row.GetValue(column)));
        return [.. texts.Select(pair => new StoredValue(table, pair.Key, pair.Value, texts))];
    }

    private static string TextOf(object value) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "",
    };

    private static async Task<List<T>> RowsAsync<T>(DbConnection connection, string sql, Func<DbDataReader, T> read)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}

/// <summary>A value of a column, with the others of its row.</summary>
internal sealed record StoredValue(string Table, string Column, string Text, IReadOnlyDictionary<string, string> Row)
{
    public override string ToString() => $"{Table}.{Column}: {string.Join(" | ", Row.Select(pair => $"{pair.Key}={(pair.Value.Length > 300 ? pair.Value[..300] : pair.Value)}"))}";
}
