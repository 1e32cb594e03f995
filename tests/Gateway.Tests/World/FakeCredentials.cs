using OrleansIM.Accounts;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Tests.World;

/// <summary>The front door of a <see cref="FakeAccount"/>.</summary>
internal sealed class FakeCredentials(FakeWorld world, FakeAccount account) : IAccountCredentialsGrain
{
    public Task<Outcome> RegisterAsync(RegisterAccount request, CancellationToken cancellation = default) => Turn("Register", () =>
    {
        if (account.Password is not null)
        {
            return new Refusal(ErrorCodes.AccountTaken, "Taken.");
        }

        account.Password = request.Password;
        account.Profile = new Profile { Account = account.Id, DisplayName = request.DisplayName ?? account.Id, Email = request.Email };
        return null;
    });

    public Task<Outcome<TokenGrant>> LogInAsync(string password, CancellationToken cancellation = default)
    {
        var outcome = Turn("LogIn", () => account.Password == password ? null : new Refusal(ErrorCodes.BadCredentials, "Wrong.")).Result;
        return Task.FromResult(outcome.Refusal is { } refusal ? (Outcome<TokenGrant>)refusal : new TokenGrant { Generation = account.Generation });
    }

    public Task<Outcome<TokenGrant>> LogInByJwtAsync(string jwt, CancellationToken cancellation = default)
    {
        var outcome = Turn("LogInByJwt", () => account.Jwt == jwt ? null : new Refusal(ErrorCodes.BadCredentials, "Wrong.")).Result;
        return Task.FromResult(outcome.Refusal is { } refusal ? (Outcome<TokenGrant>)refusal : new TokenGrant { Generation = account.Generation });
    }

    public Task<Outcome> ChangePasswordAsync(ChangePassword request, CancellationToken cancellation = default) => Turn("ChangePassword", () =>
    {
        if (account.Password != request.Old)
        {
            return new Refusal(ErrorCodes.BadCredentials, "Wrong.");
        }

        account.Password = request.New;
        return null;
    });

    public Task<Outcome> LogOutAsync(TokenClaims token, bool everywhere) => Turn("LogOut", () =>
    {
        account.DeadTokens.Add(token.TokenId);
        account.Generation += everywhere ? 1 : 0;
        account.End(SessionEnd.SignedOut);
        return null;
    });

    public Task<Outcome> SetDisabledAsync(bool disabled) => throw new NotSupportedException();

    public Task<Outcome> DeleteAsync() => throw new NotSupportedException();

    public Task<Outcome> CloseAsync(OwnerProof proof, CancellationToken cancellation) => throw new NotSupportedException();

    private Task<Outcome> Turn(string method, Func<Refusal?> work)
    {
        lock (world.Gate)
        {
            world.Calls.Enqueue($"{account.Id}.{method}");
            if (account.Throws?.Invoke(method) is { } fault)
            {
                throw fault;
            }

            return Task.FromResult(new Outcome { Refusal = account.Refuses?.Invoke(method) ?? work() });
        }
    }
}
