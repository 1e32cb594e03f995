using Microsoft.AspNetCore.Http;
using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Contacts;
using OrleansIM.Gateway.Http;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Gateway.Tokens;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.CardDav;

/// <summary>
/// Signs in mail programs, which send their password with each of a dozen requests: one of them is checked, and the grant
/// that the account gave for it is remembered for the others. What is remembered is a hash with a key of this process,
/// bounded, for minutes; and the account looks at the grant each time, so a revoked password is of no use at once.
/// </summary>
internal sealed class BookSignIns(IAccountDirectory directory, SourceLimits limits, SignInMetrics metrics, SecurityAudit audit, GatewayOptions options, TimeProvider time)
{
    private const int MaxLogin = 320;

    // No grant of a mailbox's password can be taken back with it: the mail server knows it, not the account.
    private static readonly TimeSpan s_mailboxToken = TimeSpan.FromMinutes(10);

    private static readonly Refusal s_badCredentials = new(ErrorCodes.BadCredentials, "The account or the password is wrong.");

    private readonly RememberedSignIns _remembered = new(options.RememberedSignIns, time);

    /// <summary>Signs in with the credentials of a request. Refused: <c>bad_credentials</c>, <c>slow_down</c>, <c>unavailable</c>.</summary>
    public async Task<Outcome<BookVisit>> VisitAsync(HttpContext http)
    {
        if (!BasicCredentials.TryRead(http, out var credentials))
        {
            // Every program asks once without: that is no failure.
            return s_badCredentials;
        }

        var signedIn = await SignInAsync(http, credentials);
        return signedIn.Refusal is { } refusal ? refusal : new BookVisit(this, http, credentials, signedIn.Get());
    }

    /// <summary>The sign-in that is remembered, or a new one in place of one that the account does not take any more.</summary>
    public async Task<Outcome<SignedInBook>> SignInAsync(HttpContext http, BasicCredentials credentials, SignedInBook? instead = null)
    {
        if (_remembered.Find(credentials) is { } known)
        {
            var outcome = await known.Outcome.WaitAsync(http.RequestAborted);
            if (instead is null || !ReferenceEquals(outcome.Value, instead))
            {
                return outcome;
            }

            _remembered.Forget(credentials, known);
        }

        return limits.CheckSignIn(http) is { } fault ? fault : await CheckOnceAsync(http, credentials);
    }

    private async Task<Outcome<SignedInBook>> CheckOnceAsync(HttpContext http, BasicCredentials credentials)
    {
        var signIn = _remembered.Begin(credentials, () => CheckAsync(http, credentials));
        var isGood = false;
        try
        {
            var outcome = await signIn.Outcome;
            if (outcome.Refusal is null)
            {
                signIn.Until = time.GetUtcNow() + outcome.Get().Grant.Lifetime;
                isGood = true;
            }

            return outcome;
        }
        finally
        {
            if (!isGood)
            {
                _remembered.Forget(credentials, signIn);
            }
        }
    }

    // Not cancelled with the request that began it: others may wait for it.
    private async Task<Outcome<SignedInBook>> CheckAsync(HttpContext http, BasicCredentials credentials)
    {
        SecurityAudit.ComesFrom(SourceLimits.SourceOf(http.Connection.RemoteIpAddress).ToString());
        var signIn = credentials.Login.Length > MaxLogin || credentials.Password.Length is 0 or > ProtocolLimits.MaxPassword ? Task.FromResult<Outcome<SignedInBook>>(s_badCredentials)
            : AccountIds.TryNormalize(credentials.Login, out var account) ? CheckAccountAsync(account, credentials.Password)
            : MailAddresses.TryKey(credentials.Login, out var mailbox) ? CheckMailboxAsync(http, mailbox, credentials.Password)
            : Task.FromResult<Outcome<SignedInBook>>(s_badCredentials);
        var outcome = await audit.OnFailureAsync("address_book", signIn, CancellationToken.None);
        metrics.OnSignIn("address_book", outcome.Refusal);
        if (outcome.Refusal?.Code == ErrorCodes.BadCredentials)
        {
            limits.CountFailedSignIn(http);
        }

        return outcome;
    }

    private async Task<Outcome<SignedInBook>> CheckAccountAsync(string account, string password)
    {
        var book = directory.AddressBook(account);
        var outcome = await book.SignInToBookAsync(password, CancellationToken.None);
        return outcome.Refusal is { } refusal ? refusal : new SignedInBook(account, book, outcome.Get());
    }

    private async Task<Outcome<SignedInBook>> CheckMailboxAsync(HttpContext http, string mailbox, string password)
    {
        if (limits.CountMailboxSignIn(http) is { } fault)
        {
            return fault;
        }

        var proved = await directory.Mailbox(mailbox).SignInAsync(password, CancellationToken.None).WaitAsync(options.MailboxSignInTimeout, time);
        if (proved.Refusal is { } refusal)
        {
            return refusal;
        }

        var now = time.GetUtcNow();
        var account = proved.Get().Account;
        var book = directory.AddressBook(account);
        var outcome = await book.SignInToBookByTokenAsync(new TokenClaims
        {
            TokenId = RandomIds.Next(),
            Account = account,
            Generation = proved.Get().Grant.Generation,
            IssuedAt = now,
            ExpiresAt = now + s_mailboxToken,
            Device = "",
            Via = "mailbox",
        });
        return outcome.Refusal is { } refused ? refused : new SignedInBook(account, book, outcome.Get());
    }
}

/// <summary>A sign-in to an address book.</summary>
internal sealed record SignedInBook(string Account, IAccountAddressBookGrain Book, AddressBookGrant Grant);
