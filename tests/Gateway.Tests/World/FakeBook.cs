using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Presence;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.World;

/// <summary>The address book and the app passwords of a <see cref="FakeAccount"/>.</summary>
internal sealed class FakeBook(FakeWorld world, FakeAccount account) : IAccountAddressBookGrain, IAccountAppPasswordsGrain
{
    public const string Token = "urn:orleansim:book:7:0";

    private int _grants;

    public List<AddressBookFriend> Friends { get; } = [];

    public List<(string Id, string Name)> AppPasswords { get; } = [];

    /// <summary>Grants that are good, each with the password it was given for.</summary>
    public Dictionary<string, string> Grants { get; } = [];

    /// <summary>What it was asked for changes with last.</summary>
    public (string? Since, int? Limit) Asked { get; private set; }

    /// <summary>What it answers then.</summary>
    public Func<Outcome<AddressBookChanges>>? Changes { get; set; }

    /// <summary>What sign-ins wait for.</summary>
    public Task Pause { get; set; } = Task.CompletedTask;

    public AddressBookFriend Add(string friend, string? name = null)
    {
        var contact = new Contact { Account = friend, DisplayName = name ?? friend, State = ContactState.Friend, Email = friend + "@example.test" };
        return Add(new AddressBookFriend { Contact = contact, Status = PresenceStatus.Offline });
    }

    public AddressBookFriend Add(AddressBookFriend friend)
    {
        Friends.Add(friend);
        return friend;
    }

    public async Task<Outcome<AddressBookGrant>> SignInToBookAsync(string password, CancellationToken cancellation = default)
    {
        lock (world.Gate)
        {
            world.Calls.Enqueue($"{account.Id}.SignInToBook");
            if (account.Throws?.Invoke("SignInToBook") is { } fault)
            {
                throw fault;
            }

            if (account.Refuses?.Invoke("SignInToBook") is { } refusal)
            {
                return refusal;
            }
        }

        await Pause;
        return password == account.Password || AppPasswords.Any(app => app.Id == password)
            ? Give(password)
            : new Refusal(ErrorCodes.BadCredentials, "Wrong.");
    }

    public Task<Outcome<AddressBookGrant>> SignInToBookByTokenAsync(TokenClaims token)
    {
        world.Calls.Enqueue($"{account.Id}.SignInToBookByToken {token.Via} {token.Generation}");
        return Task.FromResult<Outcome<AddressBookGrant>>(Give(token.TokenId));
    }

    public Task<Outcome<AddressBookState>> DescribeBookAsync(string grant) => TurnAsync<AddressBookState>("DescribeBook", grant, () => State);

    public Task<Outcome<AddressBook>> ReadBookAsync(string grant) =>
        TurnAsync<AddressBook>("ReadBook", grant, () => new AddressBook { State = State, Friends = [.. Friends] });

    public Task<Outcome<AddressBookChanges>> ReadBookChangesAsync(string grant, string? since, int? limit) => TurnAsync("ReadBookChanges", grant, () =>
    {
        Asked = (since, limit);
        return Changes?.Invoke() ?? new AddressBookChanges { Changed = [.. Friends], Removed = [], Token = Token };
    });

    public Task<Outcome<NewAppPassword>> CreateAppPasswordAsync(string session, string name)
    {
        AppPasswords.Add(("secret-of-" + name, name));
        return Task.FromResult<Outcome<NewAppPassword>>(new NewAppPassword { Id = "secret-of-" + name, Name = name, Password = "aaaa-bbbb" });
    }

    public Task<Outcome<AppPasswordInfo[]>> ListAppPasswordsAsync(string session) => Task.FromResult<Outcome<AppPasswordInfo[]>>(
        AppPasswords.Select((app, place) => new AppPasswordInfo
        {
            Id = app.Id,
            Name = app.Name,
            CreatedAt = DateTimeOffset.UnixEpoch,
            LastUsed = place == 0 ? null : DateTimeOffset.UnixEpoch.AddDays(1),
        }).ToArray());

    public Task<Outcome> RevokeAppPasswordAsync(string session, string id) => Task.FromResult<Outcome>(
        AppPasswords.RemoveAll(app => app.Id == id) > 0 ? Outcome.Done : new Refusal(ErrorCodes.InvalidArgument, "id: there is no such app password."));

    private AddressBookState State => new() { DisplayName = account.Id + "'s name", Token = Token };

    private AddressBookGrant Give(string password)
    {
        lock (world.Gate)
        {
            var key = $"grant-{++_grants}";
            Grants.Add(key, password);
            return new AddressBookGrant { Key = key, Lifetime = TimeSpan.FromMinutes(5) };
        }
    }

    private Task<Outcome<T>> TurnAsync<T>(string method, string grant, Func<Outcome<T>> work)
    {
        lock (world.Gate)
        {
            world.Calls.Enqueue($"{account.Id}.{method}");
            return account.Throws?.Invoke(method) is { } fault ? throw fault
                : Task.FromResult(Grants.ContainsKey(grant) ? work() : new Refusal(ErrorCodes.Unauthenticated, "No such grant."));
        }
    }
}
