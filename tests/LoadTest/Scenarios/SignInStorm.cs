using OrleansIM.LoadTest.Actions;
using OrleansIM.LoadTest.Load;
using OrleansIM.LoadTest.Town;

namespace OrleansIM.LoadTest.Scenarios;

/// <summary>People sign in, look around, sign out. Who comes while everybody is in waits, and the waiting counts.</summary>
internal sealed class SignInStorm : Scenario
{
    private readonly SemaphoreSlim _someoneIsOut = new(0);
    private readonly List<Person> _out = [];

    public override bool StartsOnline => false;

    public override Task PrepareAsync(LoadRun run, CancellationToken stop)
    {
        _out.AddRange(run.People.All);
        _someoneIsOut.Release(_out.Count);
        return Task.CompletedTask;
    }

    public override async Task ArriveAsync(LoadRun run, Arrival arrival, CancellationToken stop)
    {
        await _someoneIsOut.WaitAsync(stop);
        var person = Take(arrival.Random);
        person.TryTake();
        try
        {
            if (await SignIns.SignInAsync(run, person, arrival.Intended, CancellationToken.None))
            {
                await run.ThinkAsync(arrival.Random, CancellationToken.None);
                await SignIns.SignOutAsync(run, person);
            }
        }
        finally
        {
            person.Release();
            Return(person);
        }
    }

    protected override Task EndAsync()
    {
        _someoneIsOut.Dispose();
        return Task.CompletedTask;
    }

    private Person Take(Random random)
    {
        lock (_out)
        {
            var index = random.Next(_out.Count);
            var person = _out[index];
            _out[index] = _out[^1];
            _out.RemoveAt(_out.Count - 1);
            return person;
        }
    }

    private void Return(Person person)
    {
        lock (_out)
        {
            _out.Add(person);
        }

        _someoneIsOut.Release();
    }
}
