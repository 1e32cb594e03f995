using OrleansIM.LoadTest.Checking;
using OrleansIM.LoadTest.Load;
using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Town;

/// <summary>Everybody, with their accounts and friendships. The same settings and seed give the same people.</summary>
internal sealed class People
{
    private readonly Account?[] _byNumber;

    /// <param name="run">Begins every name.</param>
    /// <param name="settings">How many there are.</param>
    /// <param name="seed">What decides who is whose friend.</param>
    /// <param name="names">Gets the accounts.</param>
    public People(string run, ScenarioSettings settings, int seed, Names names)
    {
        for (var i = 0; i < settings.Users; i++)
        {
            var person = new Person(i);
            for (var j = 0; j < settings.Accounts[i % settings.Accounts.Count]; j++)
            {
                var name = FormattableString.Invariant($"{run}-{i}-{j}");
                person.Accounts.Add(new Account(names.Add(name), name, person) { IsMaster = j == 0, IsLinked = j == 0 });
            }

            All.Add(person);
        }

        Accounts = [.. All.SelectMany(person => person.Accounts)];
        _byNumber = new Account?[Accounts.Count + 1];
        foreach (var account in Accounts)
        {
            _byNumber[account.Number] = account;
        }

        var random = new Random(seed);
        GiveSideSessions(settings, random);
        Befriend(settings.Friends, random);
    }

    public List<Person> All { get; } = [];

    public IReadOnlyList<Account> Accounts { get; }

    /// <summary>All pairs of friends, each once.</summary>
    public IEnumerable<(Account One, Account Other)> Friendships =>
        Accounts.SelectMany(account => account.Friends.Where(friend => friend.Number > account.Number).Select(friend => (account, friend)));

    /// <summary>Whether an account may hear of another's presence.</summary>
    public bool MayHearOf(int account, int about) => account == about || _byNumber[account]!.IsFriendOf(about);

    public Account Of(int number) => _byNumber[number]!;

    /// <summary>Somebody whose session is open; null if hardly anybody is.</summary>
    public Person? PickOnline(Random random, Func<Person, bool>? which = null)
    {
        for (var i = 0; i < 50; i++)
        {
            var person = All[random.Next(All.Count)];
            if (person.Main is { IsOpen: true } && which?.Invoke(person) is not false)
            {
                return person;
            }
        }

        return null;
    }

    private void GiveSideSessions(ScenarioSettings settings, Random random)
    {
        foreach (var person in All.Where(person => person.Accounts.Count > 1 && random.NextDouble() < settings.SideSessions))
        {
            person.SideAccount = person.Accounts[1 + random.Next(person.Accounts.Count - 1)];
        }
    }

    /// <summary>A ring, so that everybody has a friend, and the rest by chance.</summary>
    private void Befriend(int friends, Random random)
    {
        var wanted = Accounts.Count * friends / 2;
        for (int i = 0, made = 0; made < wanted && i < wanted * 10; i++)
        {
            var one = Accounts[i % Accounts.Count];
            var other = i < Accounts.Count
                ? All[(one.Owner.Index + 1) % All.Count].Accounts[0]
                : Accounts[random.Next(Accounts.Count)];
            if (one.Owner != other.Owner && !one.IsFriendOf(other.Number))
            {
                one.Befriend(other);
                made++;
            }
        }
    }
}
