namespace OrleansIM.Client.Internal;

/// <content>The groups of the page.</content>
internal sealed partial class PageState
{
    private readonly CopyOnWriteMap<GroupEntry> _groups = new(StringComparer.OrdinalIgnoreCase);

    private void ChangeGroup(GroupChanged changed)
    {
        if (changed.IsEnd)
        {
            _groups.Remove(changed.Group);
            SetUnread(changed.Group, 0);
            return;
        }

        var before = _groups.Find(changed.Group);
        _groups.Set(changed.Group, (before ?? new GroupEntry()) with
        {
            Id = changed.Group.StartsWith("group:", StringComparison.Ordinal) ? changed.Group["group:".Length..] : changed.Group,
            Name = changed.Name,
            Members = changed.Members,
            Role = RoleAfter(changed, before?.Role ?? "member"),
        });
    }

    private string RoleAfter(GroupChanged changed, string before) => changed switch
    {
        { What: "created" } when Same(changed.By, _account) => "owner",
        { What: "role", Role: { } role } when changed.Concerns(_account) => role,
        { Owner: { } owner } when Same(owner, _account) => "owner",
        _ => before,
    };

    private void CountMention(MessageReceived message)
    {
        if (Mentions(message) && _groups.Find(message.Peer) is { } group)
        {
            _groups.Set(message.Peer, group with { Mentions = group.Mentions + 1 });
        }
    }

    private void MarkMentionsRead(string peer, long upTo)
    {
        if (_groups.Find(peer) is not { Mentions: > 0 } group)
        {
            return;
        }

        // As with unread messages: what is not known stays rather than being lost.
        if (upTo >= Cursor)
        {
            _groups.Set(peer, group with { Mentions = 0 });
        }
        else if (_recent.Count > 0 && _recent.Peek().Seq <= upTo + 1)
        {
            var later = _recent.Count(past => past is MessageReceived { IsOwn: false } message && message.Seq > upTo && Same(message.Peer, peer) && Mentions(message));
            _groups.Set(peer, group with { Mentions = Math.Min(group.Mentions, later) });
        }
    }

    private bool Mentions(MessageReceived message) => message.Mentions.Contains(_account, StringComparer.OrdinalIgnoreCase);
}
