using Npgsql;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Storage.Postgres;

/// <summary>Tells a server that cannot answer right now from one that has answered no.</summary>
internal static class Outages
{
    /// <summary>Connections that break or cannot be made, a full disk, a server that starts or stops (SQLSTATE class 57).</summary>
    public static bool IsOutage(NpgsqlException failure) =>
        failure is PostgresException answer ? answer.IsTransient || answer.SqlState.StartsWith("57", StringComparison.Ordinal) : true;

    /// <summary>Does something at the server; an outage becomes an exception that every process understands.</summary>
    /// <exception cref="StoreUnavailableException">The server cannot answer right now.</exception>
    public static async Task<T> TryAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (NpgsqlException failure) when (IsOutage(failure))
        {
            // The driver's words, not its exception: that has no way over the wire.
            throw new StoreUnavailableException($"PostgreSQL cannot answer: {failure.Message}");
        }
    }

    /// <inheritdoc cref="TryAsync{T}(Func{Task{T}})"/>
    public static Task TryAsync(Func<Task> work) => TryAsync(async () =>
    {
        await work();
        return true;
    });
}
