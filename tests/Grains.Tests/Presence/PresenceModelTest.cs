using OrleansIM.Contacts;
using OrleansIM.Grains.Contacts;
using OrleansIM.Grains.Presence;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Presence;

namespace OrleansIM.Grains.Tests.Presence;

/// <summary>
/// Friends, blocks, sessions, statuses and privacy change at random; what every session finally sees is what a plain
/// model says, and nobody was ever shown somebody who was no friend since the last look.
/// </summary>
public sealed class PresenceModelTest
{
    private static readonly string[] s_accounts = ["ann", "bob", "cat", "dan", "eve", "fay"];
    private static readonly PresenceStatus[] s_statuses = [PresenceStatus.Online, PresenceStatus.Away, PresenceStatus.Busy, PresenceStatus.Invisible];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Presence_AnyHistory_IsWhatTheModelSays(int seed)
    {
        await using var world = await GrainWorld.StartAsync(
            ("Presence:OfflineDelay", "00:00:00.02"), ("Presence:MinInterval", "00:00:00.005"), ("Presence:RenewEvery", "00:00:00.2"), ("Presence:Shards", "3"));
        await world.RegisterAsync(s_accounts);
        var model = new Model(world, new Random(seed));
        for (var round = 0; round < 25; round++)
        {
            model.BeginRound();
            for (var step = 0; step < 12; step++)
            {
                await model.StepAsync();
            }

            await model.CheckAsync($"seed {seed}, round {round}");
        }
    }

    private sealed class Model(GrainWorld world, Random random)
    {
        private readonly Dictionary<(string, string), ContactState> _sides = [];
        private readonly Dictionary<string, bool> _hides = s_accounts.ToDictionary(account => account, _ => false);
        private readonly List<(TestSession Session, SessionPresence Said, long Order)> _sessions = [];
        private readonly HashSet<(string, string)> _mayHaveSeen = [];
        private Dictionary<string, int> _looked = [];
        private long _order;

        public void BeginRound()
        {
            _mayHaveSeen.Clear();
            _mayHaveSeen.UnionWith(Friends());
            _looked = _sessions.ToDictionary(open => open.Session.Id, open => world.PresenceEvents(open.Session).Length);
        }

        public async Task StepAsync()
        {
            switch (random.Next(10))
            {
                case < 2 or 9 when _sessions.Count < 20:
                    await OpenAsync(Pick());
                    break;
                case 2 when _sessions.Count > 0:
                    await CloseAsync(random.Next(_sessions.Count));
                    break;
                case < 6 when _sessions.Count > 0:
                    await SayAsync(random.Next(_sessions.Count));
                    break;
                case 6 when _sessions.Count > 0:
                    await HideAsync(_sessions[random.Next(_sessions.Count)].Session);
                    break;
                default:
                    await RelateAsync();
                    break;
            }

            _mayHaveSeen.UnionWith(Friends());
        }

        public async Task CheckAsync(string when)
        {
            foreach (var (session, _, _) in _sessions)
            {
                var expected = Expected(session.SignedInAs);
                await Eventually.TrueAsync(
                    () => Describe(world.Presence(session)) == expected,
                    $"{when}: {session.SignedInAs} to see [{expected}]; saw [{Describe(world.Presence(session))}] at first");
                foreach (var json in world.PresenceEvents(session).Skip(_looked.GetValueOrDefault(session.Id)))
                {
                    var who = json.GetProperty("contact").GetString()!;
                    Assert.True(who == session.SignedInAs || _mayHaveSeen.Contains((session.SignedInAs, who)), $"{when}: {session.SignedInAs} was shown {json}");
                }
            }
        }

        private async Task OpenAsync(string account)
        {
            var said = new SessionPresence { Status = s_statuses[random.Next(5) % 4] };
            _sessions.Add((await world.SignInAsync(account, presence: said), said, ++_order));
        }

        private async Task CloseAsync(int index)
        {
            var closed = _sessions[index].Session;
            _sessions.RemoveAt(index);
            await closed.CloseAsync();
        }

        private async Task SayAsync(int index)
        {
            var said = new SessionPresence { Status = s_statuses[random.Next(5) % 4], Note = random.Next(2) == 0 ? $"note {_order}" : null };
            (await world.SayAsync(_sessions[index].Session, said.Status, said.Note)).ShouldBeDone();
            _sessions[index] = (_sessions[index].Session, said, ++_order);
        }

        private async Task HideAsync(TestSession session)
        {
            var hides = _hides[session.SignedInAs] = random.Next(2) == 0;
            (await world.SetPrivacyAsync(session, "presence", hides ? "nobody" : "friends")).ShouldBeDone();
        }

        private async Task RelateAsync()
        {
            var (one, other) = (Pick(), Pick());
            var action = random.Next(3) == 0 ? (ContactAction)random.Next(1, 7) : ContactAction.Request;
            if (one == other || _sessions.Find(open => open.Session.SignedInAs == one).Session is not { } session)
            {
                return;
            }

            var outcome = await session.ChangeContactAsync(other, action);
            var decided = ContactRules.Decide(Side(one, other), Side(other, one), action);
            Assert.Equal(decided.IsRefused, outcome.IsRefused);
            if (!decided.IsRefused)
            {
                (_sides[(one, other)], _sides[(other, one)]) = (decided.Value.Mine, decided.Value.Theirs);
            }
        }

        private string Expected(string account)
        {
            var seen = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var who in s_accounts.Where(who => who == account || Side(account, who) is ContactState.Friend))
            {
                var said = PresenceRules.Aggregate(_sessions.Where(open => open.Session.SignedInAs == who).Select(open => (open.Said, open.Order)));
                if (said is not null && (who == account || (!_hides[who] && said.Status is not PresenceStatus.Invisible)))
                {
                    seen[who] = $"{PresenceData.Name(said.Status)} {said.Note}".TrimEnd();
                }
            }

            return Describe(seen);
        }

        private IEnumerable<(string, string)> Friends() => _sides.Where(side => side.Value is ContactState.Friend).Select(side => side.Key);

        private ContactState Side(string one, string other) => _sides.GetValueOrDefault((one, other));

        private string Pick() => s_accounts[random.Next(s_accounts.Length)];

        private static string Describe(SortedDictionary<string, string> seen) => string.Join(", ", seen.Select(one => $"{one.Key} {one.Value}"));
    }
}
