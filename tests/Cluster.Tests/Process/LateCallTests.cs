using OrleansIM.Client;
using OrleansIM.Clusters;

namespace OrleansIM.Cluster.Tests.Process;

/// <summary>A process that stood still goes on, and has calls waiting whose callers were told that nothing can be done now.</summary>
[Collection(ClusterCollection.Name)]
public sealed class LateCallTests(ClusterFixture fixture)
{
    private const string Password = "a password";
    private const int People = 16;

    // One for every silo that may have to be tried, and one more: a group of one is none.
    private const int Linked = 4;

    [SkippableFact]
    public async Task Silo_GoesOnAfterItWasDeclaredDead_WhatIsSeenIsStillWhatIsStored()
    {
        var cluster = await fixture.ReadyAsync();
        var people = await Task.WhenAll(Enumerable.Range(0, People).Select(_ => Person.MeetAsync(cluster, fixture.NextName())));
        try
        {
            var frozen = await FreezeAsync(cluster, people);
            await Eventually.TrueAsync(async () => !(await cluster.ReadMembersAsync()).Contains(frozen.Name), "the frozen silo to be declared dead", TimeSpan.FromSeconds(60));

            // Their groups live elsewhere now, and have read what was stored.
            await Task.WhenAll(people.Select(person => person.SeesAsync()));
            frozen.Thaw();
            Assert.NotEqual(0, await frozen.ExitAsync(TimeSpan.FromSeconds(60)));
            var before = await Task.WhenAll(people.Select(person => person.SeesAsync()));

            // Read anew, what is stored is what was seen: calls may be passed on to where the groups live, and not be done here.
            await Task.WhenAll(cluster.Silos.Where(silo => silo.IsRunning).Select(silo => silo.KillAsync()));
            await Task.WhenAll(cluster.Silos.Select(silo => silo.RestartAsync()));
            Assert.Equal(before, await Task.WhenAll(people.Select(person => person.SeesAsync())));
        }
        finally
        {
            await Task.WhenAll(people.Select(person => person.DisposeAsync().AsTask()));
        }
    }

    /// <summary>Freezes a silo, and has everybody take an account out: a silo that had some of those calls is what is looked for.</summary>
    private static async Task<ClusterNode> FreezeAsync(LocalCluster cluster, Person[] people)
    {
        foreach (var silo in cluster.Silos)
        {
            silo.Freeze();
            if ((await Task.WhenAll(people.Select(person => person.TakesOneOutAsync()))).Contains(false))
            {
                return silo;
            }

            silo.Thaw();
        }

        throw new InvalidOperationException("No silo has anything of these people.");
    }

    /// <summary>A master with accounts that are taken out one after the other.</summary>
    private sealed class Person(ImClient client, string name) : IAsyncDisposable
    {
        private int _taken;

        public static async Task<Person> MeetAsync(LocalCluster cluster, string name)
        {
            var client = new ImClient(new ImClientOptions { Server = cluster.Balancer.Url, RequestTimeout = TimeSpan.FromSeconds(60) });
            string[] others = [.. Enumerable.Range(0, Linked).Select(number => $"{name}.{number}")];
            await Task.WhenAll(others.Append(name).Select(account => client.RegisterAsync(account, Password)));
            await client.SignInAsync(name, Password);
            Assert.Equal(Linked, (await client.AddLinksAsync([.. others.Select(account => new LinkRequest(account, Password))])).Linked.Count);
            return new Person(client, name);
        }

        /// <summary>False where it was refused.</summary>
        public async Task<bool> TakesOneOutAsync()
        {
            try
            {
                await client.RemoveLinkAsync($"{name}.{_taken++}");
                return true;
            }
            catch (ImException)
            {
                return false;
            }
        }

        public async Task<string> SeesAsync()
        {
            for (var watch = System.Diagnostics.Stopwatch.StartNew(); ;)
            {
                try
                {
                    return string.Join(' ', (await client.ListLinksAsync()).Members.Select(member => member.Account).Order(StringComparer.Ordinal));
                }
                catch (ImException) when (watch.Elapsed < TimeSpan.FromSeconds(60))
                {
                    await Task.Delay(100);
                }
            }
        }

        public ValueTask DisposeAsync() => client.DisposeAsync();
    }
}
