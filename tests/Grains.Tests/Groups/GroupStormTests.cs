using OrleansIM.Grains.Tests.Support;
using OrleansIM.Groups;
using OrleansIM.Messages;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Groups;

/// <summary>The promises hold whatever dies: the order is the same at all members, and what was acknowledged is there once.</summary>
public sealed class GroupStormTests
{
    private static readonly string[] s_accounts = ["ann", "bob", "cat", "dan", "eve"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Send_ByAllAtOnceWhileActivationsDie_IsInOneOrderOnceAtEverybody(int seed)
    {
        const int each = 40;
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync(s_accounts);
        var group = await world.GroupAsync(sessions["ann"], s_accounts[1..]);
        var random = new Random(seed);
        var deaths = 0;
        // A failed write takes the activations of all who had an entry in the batch with it, members and the group;
        // after some failures what was to be written is there all the same.
        world.Store.BeforeAppend = _ => Chance(0.03) ? throw new IOException("no disk") : Task.CompletedTask;
        world.Store.AfterAppend = _ => Chance(0.03) ? throw new IOException("no answer") : Task.CompletedTask;

        await Task.WhenAll(s_accounts.Select(account => SendAllAsync(sessions[account], group, each)));
        (world.Store.BeforeAppend, world.Store.AfterAppend) = (null, null);
        foreach (var account in s_accounts)
        {
            await OpenAsync(sessions[account]);
        }

        Assert.True(deaths > 5, $"only {deaths} writes failed");
        var order = world.Store.All(group).Where(entry => entry.Kind is EntryKind.Message).Select(entry => entry.Body()).ToArray();
        Assert.Equal(s_accounts.Length * each, order.Length);
        foreach (var account in s_accounts)
        {
            await world.ShouldHaveAllAsync(account, group, order.Length);
            Assert.Equal(order, world.BodiesOf(account, group));
            Assert.Equal(Enumerable.Range(0, each).Select(number => $"{account} {number}"), order.Where(body => body.StartsWith(account, StringComparison.Ordinal)));
        }

        bool Chance(double likely)
        {
            lock (random)
            {
                var happens = random.NextDouble() < likely;
                deaths += happens ? 1 : 0;
                return happens;
            }
        }
    }

    [Fact]
    public async Task Send_ManyAtOnceByOne_KeepsTheOrder()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob");
        var group = await world.GroupAsync(sessions["ann"], "bob");

        var sends = Enumerable.Range(0, 300).Select(number => sessions["ann"].SendAsync(group, $"{number}")).ToArray();
        var answers = await Task.WhenAll(sends);

        await world.ShouldHaveAllAsync("bob", group, 300);
        Assert.Equal(Enumerable.Range(0, 300).Select(number => $"{number}"), world.BodiesOf("bob", group));
        Assert.Equal(answers.Select(answer => answer.ShouldBeDone().Seq), world.EntriesOf("ann", group).Where(entry => entry.Kind is EntryKind.Message).Select(entry => entry.Seq));
    }

    [Fact]
    public async Task Offline_Members_CatchUpOnceAndWereNotWoken()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob");
        var group = await world.GroupAsync(sessions["ann"], "bob");
        await world.Account("bob").CloseSessionAsync(sessions["bob"].Id);
        for (var number = 0; number < 700; number++)
        {
            (await sessions["ann"].SendAsync(group, $"{number}")).ShouldBeDone();
        }

        Assert.Empty(world.BodiesOf("bob", group));
        var back = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.SignInAsync("bob")));

        await world.ShouldHaveAllAsync("bob", group, 700);
        Assert.Equal(Enumerable.Range(0, 700).Select(number => $"{number}"), world.BodiesOf("bob", group));
        Assert.All(back, session => Assert.Equal(700, session.Pages["bob"].Unread[group]));
        Assert.Equal("699", back[0].Pages["bob"].Recent[^1].Body());
    }

    [Fact]
    public async Task Crash_BetweenTheGroupsCommitAndTheSenders_LosesNothingAndDoublesNothing()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob");
        var group = await world.GroupAsync(sessions["ann"], "bob");
        world.Store.BeforeAppend = batch => batch.Any(row => row.ByReference) ? throw new IOException("no disk") : Task.CompletedTask;

        (await sessions["ann"].SendAsync(group, "kept", "c1")).ShouldBeRefused(ErrorCodes.Unavailable);
        Assert.Equal(1, world.Store.DataOf("kept"));
        Assert.Empty(world.BodiesOf("ann", group));
        await world.RestartAsync();
        world.Store.BeforeAppend = null;
        var ann = await world.SignInAsync("ann");

        Assert.Equal(["kept"], world.BodiesOf("ann", group));
        var again = (await ann.SendAsync(group, "kept", "c1")).ShouldBeDone();
        Assert.Equal(world.EntriesOf("ann", group)[^1].Seq, again.Seq);
        await world.SignInAsync("bob");
        await world.ShouldHaveAllAsync("bob", group, 1);
        Assert.Equal(["kept"], world.BodiesOf("bob", group));
    }

    [Theory]
    [InlineData("ann")]
    [InlineData("bob")]
    public async Task Invite_LostHalfway_ArrivesWhenEitherSideComesBack(string back)
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob");
        var group = await world.GroupAsync(sessions["ann"]);
        // The group has stored that bob is in; bob cannot store it.
        world.Store.BeforeAppend = batch => batch.Any(row => row.Account == "bob") ? throw new IOException("no disk") : Task.CompletedTask;
        (await sessions["ann"].InviteAsync(group, "bob")).ShouldBeDone();
        await Eventually.TrueAsync(() => world.Store.Waiting > 0, "an item in the outbox");

        await world.RestartAsync();
        world.Store.BeforeAppend = null;
        var session = await world.SignInAsync(back);
        if (back == "ann")
        {
            (await session.SendAsync(group, "wakes the group")).ShouldBeDone();
        }

        await Eventually.TrueAsync(() => world.WhatOf("bob", group) is ["joined"], "bob's membership", TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(() => world.Store.Waiting == 0, "an empty outbox");
        (await (await world.SignInAsync("bob")).SendAsync(group, "here")).ShouldBeDone();
    }

    [Fact]
    public async Task Kick_WhilePosting_LetsNothingAfterIt()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync("ann", "bob");
        for (var round = 0; round < 10; round++)
        {
            var group = await world.GroupAsync(sessions["ann"], "bob");
            var posts = Enumerable.Range(0, 50).Select(number => sessions["bob"].SendAsync(group, $"{number}")).ToList();
            var kick = sessions["ann"].ChangeGroupAsync(group, GroupAction.Kick, "bob");
            posts.AddRange(Enumerable.Range(50, 50).Select(number => sessions["bob"].SendAsync(group, $"{number}")));
            (await kick).ShouldBeDone();
            var answers = await Task.WhenAll(posts);

            var log = world.Store.All(group);
            Assert.Equal(EntryKind.Group, log[^1].Kind);
            await Eventually.TrueAsync(() => world.WhatOf("bob", group).Contains("kicked"), "the end at bob");
            Assert.Equal(log.Where(entry => entry.Kind is EntryKind.Message).Select(entry => entry.Body()), world.BodiesOf("bob", group));
            // In both ways: stored and acknowledged are the same messages.
            Assert.Equal(answers.Count(answer => !answer.IsRefused), world.BodiesOf("bob", group).Length);
            Assert.All(answers.Where(answer => answer.IsRefused), answer => answer.ShouldBeRefused(ErrorCodes.Forbidden));
            await world.ShouldHaveAllAsync("ann", group, answers.Count(answer => !answer.IsRefused));
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Membership_ChangedAtRandomWhilePosting_EveryoneHasExactlyTheirTime(int seed)
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.CircleAsync(s_accounts);
        var group = await world.GroupAsync(sessions["ann"], s_accounts[1..]);
        var random = new Random(seed);
        for (var round = 0; round < 25; round++)
        {
            var acts = Enumerable.Range(0, 8).Select(number => random.Next(6) switch
            {
                0 => ActAsync(async () => await sessions["ann"].ChangeGroupAsync(group, GroupAction.Kick, Other())),
                1 => ActAsync(async () => await sessions[Other()].ChangeGroupAsync(group, GroupAction.Leave)),
                2 => ActAsync(async () => await sessions["ann"].InviteAsync(group, s_accounts[1..])),
                _ => ActAsync(async () => await sessions[s_accounts[random.Next(5)]].SendAsync(group, $"{round} {number}")),
            }).ToArray();
            await Task.WhenAll(acts);
        }

        (await sessions["ann"].SendAsync(group, "the end")).ShouldBeDone();
        var log = world.Store.All(group);
        foreach (var account in s_accounts)
        {
            var expected = VisibleTo(account, log);
            await Eventually.TrueAsync(() => world.EntriesOf(account, group).Length >= expected.Length, $"all of {account}", TimeSpan.FromSeconds(20));
            Assert.Equal(expected, world.EntriesOf(account, group).Select(entry => entry.PeerSeq!.Value));
        }

        string Other() => s_accounts[1 + random.Next(4)];
    }

    /// <summary>From the entry that adds an account to the one that removes it, as often as that happened.</summary>
    private static long[] VisibleTo(string account, IReadOnlyList<TimelineEntry> log)
    {
        var seqs = new List<long>();
        var isMember = false;
        foreach (var entry in log.Where(entry => entry.Kind is EntryKind.Message or EntryKind.Group))
        {
            var happened = entry.Kind is EntryKind.Group ? OrleansIM.Grains.Groups.GroupEvent.Read(entry.Data) : null;
            isMember |= happened?.Adds(account) == true;
            if (isMember)
            {
                seqs.Add(entry.Seq);
            }

            isMember &= happened?.Removes(account) != true;
        }

        return [.. seqs];
    }

    private static async Task ActAsync(Func<Task> act) => await act();

    /// <summary>Sends one after the other, each again under its cid until it is acknowledged.</summary>
    private static async Task SendAllAsync(TestSession session, string group, int count)
    {
        for (var number = 0; number < count; number++)
        {
            var cid = $"{session.SignedInAs}-{number}";
            var limit = DateTime.UtcNow.AddSeconds(60);
            while (await TrySendAsync(session, group, $"{session.SignedInAs} {number}", cid) is { } why)
            {
                Assert.True(DateTime.UtcNow < limit, $"{cid} was not acknowledged: {why}");
                await OpenAsync(session);
            }
        }
    }

    private static async Task<string?> TrySendAsync(TestSession session, string group, string body, string cid)
    {
        try
        {
            return (await session.SendAsync(group, body, cid)).Refusal?.Code;
        }
        catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
        {
            // The activation went while it was asked; a gateway would say unavailable.
            return failure.Message;
        }
    }

    private static async Task OpenAsync(TestSession session)
    {
        try
        {
            await session.OpenAsync(session.SignedInAs);
        }
        catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
        {
            await Task.Delay(20);
        }
    }
}
