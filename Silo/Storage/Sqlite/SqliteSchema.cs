using System.Globalization;
using OrleansIM.Hosting.Storage;

namespace OrleansIM.Silo.Storage.Sqlite;

/// <summary>Brings the file to the newest schema: one exclusive transaction, all steps or none.</summary>
internal static class SqliteSchema
{
    public static SchemaVersion Migrate(SqliteSession session, string file) => Migrate(session, file, Migration.Load(typeof(SqliteSchema).Assembly, "Sqlite"));

    public static SchemaVersion Migrate(SqliteSession session, string file, IReadOnlyList<Migration> steps)
    {
        session.Script("BEGIN EXCLUSIVE");
        try
        {
            session.Script("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)");
            var found = Number(session, "SELECT coalesce(max(version), 0) FROM schema_version");
            var version = new SchemaVersion(found, found < SchemaVersion.SaysOldestSince ? found : Number(session, SchemaVersion.OldestQuery), steps.Count);
            version.Check(file);
            foreach (var step in steps.Skip(found))
            {
                session.Script(step.Sql);
                session.Execute("INSERT INTO schema_version (version, name, applied_at) VALUES ($1, $2, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))", step.Number, step.Name);
                if (step.Oldest < step.Number)
                {
                    session.Execute("UPDATE schema_version SET oldest_program = $1 WHERE version = $2", step.Oldest, step.Number);
                }
            }

            session.Script("COMMIT");
            return version;
        }
        catch
        {
            if (session.InTransaction)
            {
                session.Script("ROLLBACK");
            }

            throw;
        }
    }

    private static int Number(SqliteSession session, string query) => Convert.ToInt32(session.Scalar(query), CultureInfo.InvariantCulture);
}
