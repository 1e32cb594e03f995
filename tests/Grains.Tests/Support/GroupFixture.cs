using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Support;

/// <summary>Short ways to groups and what their members have of them.</summary>
internal static class GroupFixture
{
    /// <summary>Registers accounts, signs each in, and makes the first one a friend of all others.</summary>
    public static async Task<Dictionary<string, TestSession>> CircleAsync(this GrainWorld world, params string[] accounts)
    {
        await world.RegisterAsync(accounts);
        var sessions = new Dictionary<string, TestSession>();
        foreach (var account in accounts)
        {
            sessions[account] = await world.SignInAsync(account);
        }

        foreach (var other in accounts[1..])
        {
            await GrainWorld.BefriendAsync(sessions[accounts[0]], sessions[other]);
        }

        return sessions;
    }

    /// <summary>Makes a group of which all are members, in everybody's log.</summary>
    public static async Task<string> GroupAsync(this GrainWorld world, TestSession owner, params string[] members)
    {
        var created = (await owner.CreateGroupAsync("the group", members)).ShouldBeDone();
        Assert.Equal(members, created.Added);
        var group = GroupIds.NameOf(created.Group.Id);
        foreach (var member in members)
        {
            await Eventually.TrueAsync(() => world.EntriesOf(member, group).Length > 0, $"{member}'s membership");
        }

        return group;
    }

    /// <summary>What an account's log has of a group.</summary>
    public static TimelineEntry[] EntriesOf(this GrainWorld world, string account, string group) =>
        [.. world.Store.All(account).Where(entry => entry.Peer == group && entry.Kind is EntryKind.Message or EntryKind.Group)];

    /// <summary>The bodies of a group's messages as an account has them.</summary>
    public static string[] BodiesOf(this GrainWorld world, string account, string group) =>
        [.. world.EntriesOf(account, group).Where(entry => entry.Kind is EntryKind.Message).Select(entry => entry.Body())];

    /// <summary>What a group did, as an account has it: <c>what</c> of each event.</summary>
    public static string[] WhatOf(this GrainWorld world, string account, string group) =>
        [.. world.EntriesOf(account, group).Where(entry => entry.Kind is EntryKind.Group).Select(entry => entry.Json().GetProperty("what").GetString()!)];

    /// <summary>Waits until an account's log ends with the group's, without a hole and each entry once.</summary>
    public static async Task ShouldHaveAllAsync(this GrainWorld world, string account, string group, int messages)
    {
        await Eventually.TrueAsync(() => world.BodiesOf(account, group).Length >= messages, $"{messages} messages of {account}", TimeSpan.FromSeconds(30));
        var seqs = world.EntriesOf(account, group).Select(entry => entry.PeerSeq!.Value).ToArray();
        Assert.Equal(seqs.Distinct().Order(), seqs);
        var log = world.Store.All(account);
        Assert.Equal(Enumerable.Range(1, log.Count).Select(seq => (long)seq), log.Select(entry => entry.Seq));
        Assert.Equal(world.Visible(group, seqs[0], seqs[^1]), seqs);
    }

    /// <summary>The seqs of what members see of a group's log.</summary>
    private static long[] Visible(this GrainWorld world, string group, long from, long to) =>
        [.. world.Store.All(group).Where(entry => entry.Kind is EntryKind.Message or EntryKind.Group && entry.Seq >= from && entry.Seq <= to).Select(entry => entry.Seq)];
}
