using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using OrleansIM.Accounts;

namespace OrleansIM.Grains.Accounts;

/// <summary>Reads what is stored; it keeps nothing.</summary>
[GrainType("im-account-list"), Reentrant]
internal sealed class AccountListGrain(IServiceProvider services) : Grain, IAccountListGrain
{
    public async Task<AccountListPage> ReadAsync(string prefix, string after, int limit)
    {
        var stored = await services.GetRequiredService<IStoredAccounts>().ReadAsync(prefix, after, limit, CancellationToken.None);
        return new AccountListPage
        {
            Accounts =
            [
                .. stored.Where(static account => !account.IsDeleted)
                    .Select(static account => new ListedAccount { Account = account.Account, CreatedAt = account.CreatedAt, IsDisabled = account.IsDisabled }),
            ],
            Next = stored.Count == limit ? stored[^1].Account : null,
        };
    }
}
