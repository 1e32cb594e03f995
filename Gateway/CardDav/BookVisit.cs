using Microsoft.AspNetCore.Http;
using OrleansIM.Contacts;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.CardDav;

/// <summary>A question to an address book, with the grant that shows the right to ask it.</summary>
internal delegate Task<Outcome<T>> BookCall<T>(IAccountAddressBookGrain book, string grant);

/// <summary>A request whose credentials were right.</summary>
internal sealed class BookVisit(BookSignIns signIns, HttpContext http, BasicCredentials credentials, SignedInBook signedIn)
{
    private SignedInBook _signedIn = signedIn;

    public string Account => _signedIn.Account;

    /// <summary>
    /// Asks the account. If it does not know the grant (any more: revoked, or the account was activated anew), the
    /// credentials are checked once more, and that decides.
    /// </summary>
    public async Task<Outcome<T>> AskAsync<T>(BookCall<T> call)
    {
        var outcome = await call(_signedIn.Book, _signedIn.Grant.Key);
        if (outcome.Refusal?.Code != ErrorCodes.Unauthenticated)
        {
            return outcome;
        }

        var again = await signIns.SignInAsync(http, credentials, instead: _signedIn);
        if (again.Refusal is { } refusal)
        {
            return refusal;
        }

        _signedIn = again.Get();
        return await call(_signedIn.Book, _signedIn.Grant.Key);
    }
}
