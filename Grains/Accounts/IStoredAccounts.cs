namespace OrleansIM.Grains.Accounts;

/// <summary>The records of accounts as they are stored, without waking anybody.</summary>
public interface IStoredAccounts
{
    /// <summary>Accounts in the order of their ids: at most <paramref name="limit"/> after <paramref name="after"/> whose ids begin with <paramref name="prefix"/>, deleted ones too.</summary>
    Task<IReadOnlyList<StoredAccount>> ReadAsync(string prefix, string after, int limit, CancellationToken cancellation);
}

/// <summary>What the record of an account says.</summary>
public readonly record struct StoredAccount(string Account, DateTimeOffset CreatedAt, bool IsDisabled, bool IsDeleted);
