using System.Globalization;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>
/// Who is there in a sign-in workload: users with some accounts each, and contacts that are online all the time, of which
/// every account has ten.
/// </summary>
internal sealed class SignInTown(int users, int accountsPerUser)
{
    /// <summary>Online friends of every account.</summary>
    public const int FriendsPerAccount = 10;

    private const int ContactCount = 100;

    public int Users => users;

    public int AccountsPerUser => accountsPerUser;

    /// <summary>The contacts' names.</summary>
    public string[] Contacts { get; } = [.. Enumerable.Range(0, ContactCount).Select(contact => $"contact{contact.ToString(CultureInfo.InvariantCulture)}")];

    /// <summary>The accounts of a user; the first is the master.</summary>
    public string[] Accounts(int user) =>
        [.. Enumerable.Range(0, accountsPerUser).Select(account => string.Create(CultureInfo.InvariantCulture, $"user{user}.{account}"))];

    /// <summary>All accounts of all users.</summary>
    public IEnumerable<string> AllAccounts() => Enumerable.Range(0, users).SelectMany(Accounts);

    /// <summary>The contacts of one account, as indexes.</summary>
    public IEnumerable<int> FriendsOf(int user, int account) =>
        Enumerable.Range(0, FriendsPerAccount).Select(friend => ((((user * accountsPerUser) + account) * FriendsPerAccount) + friend) % ContactCount);
}
