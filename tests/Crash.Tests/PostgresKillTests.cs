using OrleansIM.Crash.Tests.Killing;
using Xunit.Abstractions;

namespace OrleansIM.Crash.Tests;

/// <summary><c>kill -9</c> of PostgreSQL itself.</summary>
public sealed class PostgresKillTests(PostgresServer postgres, ITestOutputHelper output) : IClassFixture<PostgresServer>
{
    /// <summary>The silo lives on, its database dies under it: writers are told to try again, and nobody has to help.</summary>
    [SkippableFact]
    public async Task Database_KilledUnderLoadAgainAndAgain_LosesNothingAndRecoversByItself()
    {
        Skip.IfNot(postgres.IsAvailable, PostgresServer.MissingReason);
        const int kills = 8;
        var store = KilledStore.Postgres(await postgres.CreateDatabaseAsync());
        var (_, _, check, book) = store;
        await using var child = CrashChild.Start(store);
        await child.ReadyAsync();
        await child.GoAsync(Book.Accounts.Select(_ => 1L));
        for (var kill = 0; kill < kills; kill++)
        {
            var before = book.Acknowledged;
            await Eventually.TrueAsync(() => book.Acknowledged > before + 200, $"200 more acknowledged messages; {book.Troubles}", TimeSpan.FromSeconds(60));
            await postgres.CrashAsync();
            await postgres.StartAsync();
            await check.CheckAsync();
        }

        var last = Book.Accounts.ToDictionary(account => account, account => book.Next(account, isNew: true));
        await Eventually.TrueAsync(
            () => last.All(writer => book.Next(writer.Key, isNew: true) > writer.Value), "every writer to go on", TimeSpan.FromSeconds(60));
        await child.KillAsync();
        await check.CheckAllAsync();
        output.WriteLine($"{kills} kills of the database; {book.Acknowledged} acknowledged, {check.Messages} stored; {book.Troubles}");
    }
}
