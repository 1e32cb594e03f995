using System.Globalization;
using OrleansIM.Hosting.Storage;

namespace OrleansIM.Silo.Storage.Sqlite;

/// <summary>Brings the file to the newest schema: one exclusive transaction, all steps or none.</summary>
internal static class SqliteSchema
{
    public static void Migrate(SqliteSession session, string file) => Migrate(session, file, Migration.Load(typeof(SqliteSchema).Assembly, "Sqlite"));

    public static void Migrate(SqliteSession session, string file, IReadOnlyList<Migration> steps)
    {
        session.Script("BEGIN EXCLUSIVE");
        try
        {
            session.Script("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)");
            var version = Convert.ToInt32(session.Scalar("SELECT coalesce(max(version), 0) FROM schema_version"), CultureInfo.InvariantCulture);
            foreach (var step in Migration.Missing(steps, version, file))
            {
                session.Script(step.Sql);
                session.Execute("INSERT INTO schema_version VALUES ($1, $2, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))", step.Number, step.Name);
            }

            session.Script("COMMIT");
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
}
