using OrleansIM.Crash.Tests.Killing;
using Xunit.Abstractions;

namespace OrleansIM.Crash.Tests;

/// <summary>
/// <c>kill -9</c> under 200 stores of SQLite and, where it is installed, as many of PostgreSQL, at random moments: each of a
/// process that writes to four of both at the same time. Two classes, because tests of one do not run side by side.
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
        var stores = new List<KilledStore>();
        for (var number = 1; number <= KillRun.StoresOfAKind; number++)
        {
            stores.Add(KilledStore.Sqlite(Path.Combine(_data.Path, $"{number}"), $"SQLite {number}"));
            if (postgres.IsAvailable)
            {
                stores.Add(KilledStore.Postgres(await postgres.CreateDatabaseAsync(), $"PostgreSQL {number}"));
            }
        }

        await new KillRun(output, [.. stores]).RunAsync(part);
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
