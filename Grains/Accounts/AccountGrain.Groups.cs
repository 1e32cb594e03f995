using OrleansIM.Contacts;
using OrleansIM.Grains.Groups;
using OrleansIM.Grains.Timelines;
using OrleansIM.Groups;
using OrleansIM.Messages;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// What an account does in groups (mission P6). Whether it is a member is looked up here first: who is not never reaches
/// the group. The group decides.
/// </summary>
internal sealed partial class AccountGrain
{
    public async Task<Outcome<GroupInvited>> CreateGroupAsync(string session, CreateGroup request)
    {
        if (Refuse(session) is { } refusal)
        {
            return refusal;
        }

        if (_state.Groups.Count >= _services.GroupOptions.MaxPerAccount)
        {
            return new Refusal(ErrorCodes.LimitReached, $"You are in {_services.GroupOptions.MaxPerAccount} groups already. Leave one first.");
        }

        var (willing, rejected) = await AskToJoinAsync(request.Members);
        var group = GroupIds.NameOf(Guid.NewGuid().ToString("N"));
        var created = await GroupOf(group).CreateAsync(_id, request.Name, willing);
        if (created.Refusal is { } refused)
        {
            return refused;
        }

        await TakeOverUpToAsync(group, created.Get().Seq);
        return new GroupInvited { Group = created.Get().Group, Added = [.. created.Get().Added.Where(account => account != _id)], Rejected = rejected };
    }

    public async Task<Outcome<GroupInvited>> InviteToGroupAsync(string session, InviteToGroup request)
    {
        if (RefuseInGroup(session, request.Group) is { } refusal)
        {
            return refusal;
        }

        var (willing, rejected) = await AskToJoinAsync(request.Accounts);
        var changed = await GroupOf(request.Group).InviteAsync(_id, willing);
        if (changed.Refusal is { } refused)
        {
            return refused;
        }

        await TakeOverUpToAsync(request.Group, changed.Get().Seq);
        return new GroupInvited { Group = changed.Get().Group, Added = changed.Get().Added, Rejected = rejected };
    }

    public async Task<Outcome<GroupDetails>> ChangeGroupAsync(string session, ChangeGroup change)
    {
        if (RefuseInGroup(session, change.Group) is { } refusal)
        {
            return refusal;
        }

        var changed = await GroupOf(change.Group).ChangeAsync(_id, change);
        if (changed.Refusal is { } refused)
        {
            return refused;
        }

        await TakeOverUpToAsync(change.Group, changed.Get().Seq);
        return changed.Get().Group;
    }

    public async Task<Outcome<GroupDetails>> GetGroupAsync(string session, string group) =>
        RefuseInGroup(session, group) is { } refusal ? refusal : await GroupOf(group).GetAsync(_id);

    public Task<Outcome> MayInviteAsync(string inviter) => Task.FromResult<Outcome>(
        !IsActive ? UnknownAccount
        : _state.ContactState(inviter) is not ContactState.Friend ? NotFriends
        : _state.Groups.Count >= _services.GroupOptions.MaxPerAccount ? new Refusal(ErrorCodes.LimitReached, "The account is in too many groups.")
        : Outcome.Done);

    public Task HearGroupTypingAsync(GroupTyping typing)
    {
        // Whoever has not heard of the last change of the members may not be one any more.
        if (IsActive && _state.Groups.Find(typing.Group) is { } group && group.Merged >= typing.MembersSeq)
        {
            ShowTyping(typing.From, typing.Group, typing.On);
        }

        return Task.CompletedTask;
    }

    private IGroupGrain GroupOf(string group) => GrainFactory.GetGrain<IGroupGrain>(GroupIds.IdOf(group));

    private Refusal? RefuseInGroup(string session, string group) =>
        Refuse(session) ?? (_state.Groups.Find(group) is null ? GroupRules.NotAMember : null);

    /// <summary>Asks friends whether they can be added, all at once. Who is no friend looks the same whether it exists or not.</summary>
    private async Task<(string[] Willing, GroupRejection[] Rejected)> AskToJoinAsync(string[] accounts)
    {
        var asked = accounts.Where(account => account != _id).Distinct().ToArray();
        var answers = await Task.WhenAll(asked.Select(async account => _state.ContactState(account) is ContactState.Friend
            ? (await Peer(account).MayInviteAsync(_id)).Refusal?.Code
            : ErrorCodes.NotFriends));
        var refused = asked.Zip(answers).Where(pair => pair.Second is not null);
        return (
            [.. asked.Zip(answers).Where(pair => pair.Second is null).Select(pair => pair.First)],
            [.. refused.Select(pair => new GroupRejection { Account = pair.First, Reason = pair.Second! })]);
    }

    /// <summary>
    /// The group stores the message once, then this account takes it over into its log: two commits. The same cid again
    /// finds the first in the group's log and the second in this one.
    /// </summary>
    private Task<Outcome<SentMessage>> SendToGroupAsync(SendMessage message)
    {
        // What is under way; the group finds what was done.
        var key = (message.To, message.Cid);
        return Sending.ToGroups.TryGetValue(key, out var underWay) ? underWay : SendAsync();

        async Task<Outcome<SentMessage>> SendAsync()
        {
            var send = Sending.ToGroups[key] = SendToGroupOnceAsync(message);
            try
            {
                return await send;
            }
            finally
            {
                Sending.ToGroups.Remove(key);
            }
        }
    }

    private async Task<Outcome<SentMessage>> SendToGroupOnceAsync(SendMessage message)
    {
        if (_state.Groups.Find(message.To) is null)
        {
            return GroupRules.NotAMember;
        }

        var posted = await PostInOrderAsync(FeedOf(message.To), message);
        if (posted.Refusal is { } refusal)
        {
            return refusal;
        }

        var entry = posted.Entry!;
        var feed = FeedOf(message.To);
        feed.Hear(entry.Seq, [entry]);
        await TakeOverUpToAsync(message.To, entry.Seq);
        var own = feed.FindOwn(entry.Seq) ?? (await _services.Store.FindAsync(_id, PostKey(message.To, entry.Seq), CancellationToken.None))?.Seq;
        return own is null ? Unavailable : EntryData.ReadSent(own.Value, entry.Data);
    }

    /// <summary>One call to the group at a time, so that messages arrive in order; what comes meanwhile goes with the next.</summary>
    private Task<PostResult> PostInOrderAsync(GroupFeed feed, SendMessage message)
    {
        var done = new TaskCompletionSource<PostResult>();
        feed.Posts.Enqueue((message, done));
        if (!feed.IsPosting)
        {
            feed.IsPosting = true;
            _ = PostAllAsync(feed);
        }

        return done.Task;
    }

    private async Task PostAllAsync(GroupFeed feed)
    {
        while (feed.Posts.Count > 0)
        {
            var some = new List<(SendMessage Message, TaskCompletionSource<PostResult> Done)>();
            while (some.Count < MaxMessagesPerCall && feed.Posts.TryDequeue(out var next))
            {
                some.Add(next);
            }

            try
            {
                var results = await GroupOf(feed.Group).PostAsync(_id, [.. some.Select(post => post.Message)]);
                some.Zip(results).ToList().ForEach(pair => pair.First.Done.TrySetResult(pair.Second));
            }
#pragma warning disable CA1031 // Whatever went wrong, each sender is told.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                some.ForEach(post => post.Done.TrySetException(failure));
            }
        }

        feed.IsPosting = false;
    }

    /// <summary>The account is deleted: it is a member of nothing any more.</summary>
    private async Task LeaveQuietlyAsync(string group)
    {
        if ((await GroupOf(group).ForgetAsync(_id)).Refusal is { } refusal)
        {
            throw new AppendRefusedException(refusal.Message);
        }
    }

    private static string PostKey(string group, long groupSeq) => $"g:{group}:{groupSeq}";
}
