using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Grains.Accounts;

namespace OrleansIM.Silo.Tests.Storage;

/// <summary>What the list of accounts relies on, whatever the provider and the engine.</summary>
public abstract class StoredAccountsContract(StorageFixture fixture)
{
    private static readonly DateTimeOffset s_made = new(2026, 11, 27, 8, 9, 10, TimeSpan.Zero);

    private IStoredAccounts Accounts => fixture.Host.Services.GetRequiredService<IStoredAccounts>();

    [SkippableFact]
    public async Task Accounts_Stored_AreReadInOrderByPrefixAndPartByPart()
    {
        foreach (var account in (string[])["prefix.b", "prefix", "prefix-a", "prefix.a", "prefiy", "prefix_z", "prefi", "prefix9"])
        {
            await StoreAsync("im-account/" + account, "account", new Stored(s_made, false, false));
        }

        // Another state of the same account, and the state of another grain.
        await StoreAsync("im-account/prefix.c", "account-snapshot", new Stored(s_made, false, false));
        await StoreAsync("im-accounts/prefix.d", "account", new Stored(s_made, false, false));

        string[] all = ["prefix", "prefix-a", "prefix.a", "prefix.b", "prefix9", "prefix_z"];
        await IsAsync(all, "prefix", "", 100);
        await IsAsync(all[..2], "prefix", "", 2);
        await IsAsync(all[2..4], "prefix", "prefix-a", 2);
        await IsAsync(all[4..], "prefix", "prefix.b", 2);
        Assert.Empty(await ReadAsync("prefix", "prefix_z", 2));
        await IsAsync(["prefix.a", "prefix.b"], "prefix.", "", 100);
        await IsAsync(["prefix.a", "prefix.b"], "prefix.", "a", 100);
        Assert.Empty(await ReadAsync("prefix", "prefiy", 100));
        await IsAsync(["prefi", .. all, "prefiy"], "pref", "", 100);
        var everything = await ReadAsync("", "", 1000);
        Assert.Equal(["prefi", .. all, "prefiy"], everything.Where(account => account.StartsWith("pref", StringComparison.Ordinal)));
    }

    [SkippableFact]
    public async Task Accounts_OfEachStanding_SayWhich()
    {
        await StoreAsync("im-account/standing.a", "account", new Stored(s_made, false, false));
        await StoreAsync("im-account/standing.b", "account", new Stored(s_made.AddDays(1), true, false));
        await StoreAsync("im-account/standing.c", "account", new Stored(s_made.AddDays(2), false, true));

        var accounts = await Accounts.ReadAsync("standing.", "", 10, CancellationToken.None);

        Assert.Equal([new("standing.a", s_made, false, false), new("standing.b", s_made.AddDays(1), true, false), new("standing.c", s_made.AddDays(2), false, true)], accounts);
    }

    private async Task IsAsync(string[] expected, string prefix, string after, int limit) => Assert.Equal(expected, await ReadAsync(prefix, after, limit));

    private async Task<string[]> ReadAsync(string prefix, string after, int limit) =>
        [.. (await Accounts.ReadAsync(prefix, after, limit, CancellationToken.None)).Select(static account => account.Account)];

    private Task StoreAsync(string grain, string state, Stored record)
    {
        var id = GrainId.Create(grain[..grain.IndexOf('/', StringComparison.Ordinal)], grain[(grain.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        return fixture.Host.State.WriteStateAsync(state, id, new GrainState<Stored>(record));
    }

    /// <summary>Of an account's record what is read.</summary>
    private sealed record Stored(DateTimeOffset CreatedAt, bool IsDisabled, bool IsDeleted);
}

public sealed class SqliteStoredAccountsTests(SqliteFixture fixture) : StoredAccountsContract(fixture), IClassFixture<SqliteFixture>;

[Collection(PostgresCollection.Name)]
public sealed class PostgresStoredAccountsTests(PostgresFixture fixture) : StoredAccountsContract(fixture), IClassFixture<PostgresFixture>;
