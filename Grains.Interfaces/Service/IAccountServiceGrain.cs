using OrleansIM.Messages;
using OrleansIM.Service;

namespace OrleansIM.Accounts;

/// <summary>An account as the service itself sees it. Only grains call this; app servers use <see cref="IServiceGrain"/>.</summary>
[Alias("im.IAccountServiceGrain")]
public interface IAccountServiceGrain : IGrainWithStringKey
{
    /// <summary>Makes the account, whatever <c>Accounts:Registration</c> says. Refused: <c>account_taken</c>, <c>invalid_argument</c>, <c>unavailable</c>.</summary>
    [Alias("Create")]
    Task<Outcome> CreateAsync(CreateAccount request, CancellationToken cancellation = default);

    /// <summary>Sets the password; every token dies, linked groups notice at their next check. Refused: <c>unknown_account</c>, <c>unavailable</c>.</summary>
    [Alias("SetPassword")]
    Task<Outcome> SetPasswordAsync(string password, CancellationToken cancellation = default);

    /// <summary>
    /// Stores a message of the service and answers after the commit, once per <c>cid</c> of a credential. Refused:
    /// <c>unknown_account</c>, <c>disabled</c>, <c>unavailable</c>.
    /// </summary>
    [Alias("TakeNotice")]
    Task<Outcome<SentMessage>> TakeNoticeAsync(string credential, ServiceMessage message);
}
