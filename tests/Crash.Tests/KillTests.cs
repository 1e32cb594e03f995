using OrleansIM.Crash.Tests.Killing;
using Xunit.Abstractions;

namespace OrleansIM.Crash.Tests;

/// <summary>
/// <c>kill -9</c> at 200 random moments, each of a process that writes to SQLite and, where it is installed, to PostgreSQL
/// at the same time. Two classes, because tests of one do not run side by side.
/// </summary>
public abstract class KillTests(PostgresServer postgres, ITestOutputHelper output) : IDisposable
{
    private readonly TempDirectory _data = new();

    public void Dispose()
    {
        _data.Dispose();
        GC.SuppressFinalize(this);
    }

    protected async Task RunAsync(int part)
    {
        var sqlite = KilledStore.Sqlite(_data.Path);
        KilledStore[] stores = postgres.IsAvailable ? [sqlite, KilledStore.Postgres(await postgres.CreateDatabaseAsync())] : [sqlite];
        await new KillRun(output, stores).RunAsync(part);
    }
}

public sealed class OddKillTests(PostgresServer postgres, ITestOutputHelper output) : KillTests(postgres, output), IClassFixture<PostgresServer>
{
    [Theory]
    [MemberData(nameof(KillRun.OddParts), MemberType = typeof(KillRun))]
    public Task Killed_AtRandomMoments_LosesDoublesAndHalvesNothing(int part) => RunAsync(part);
}

public sealed class EvenKillTests(PostgresServer postgres, ITestOutputHelper output) : KillTests(postgres, output), IClassFixture<PostgresServer>
{
    [Theory]
    [MemberData(nameof(KillRun.EvenParts), MemberType = typeof(KillRun))]
    public Task Killed_AtRandomMoments_LosesDoublesAndHalvesNothing(int part) => RunAsync(part);
}
