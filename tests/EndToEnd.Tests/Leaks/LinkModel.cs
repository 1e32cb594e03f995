namespace OrleansIM.EndToEnd.Tests.Leaks;

/// <summary>Who is linked with whom, and what may be changed: the rules of mission L5, L6 and L8 in a few lines.</summary>
internal sealed class LinkModel
{
    private readonly Dictionary<string, Dictionary<string, bool>> _groups = [];

    /// <summary>Whether a session that signed in as <paramref name="viewer"/> sees <paramref name="account"/>.</summary>
    public bool MaySee(string viewer, string account) =>
        viewer == account || (_groups.TryGetValue(viewer, out var group) && group.ContainsKey(account) && group[viewer]);

    /// <summary>Links an account; answers <c>linked</c>, the reason it is rejected for, or the code the whole is refused with.</summary>
    public string Add(string by, string account, bool asMaster)
    {
        if (_groups.TryGetValue(by, out var group) && !group[by])
        {
            return "forbidden";
        }

        if (account == by)
        {
            return "self";
        }

        if (_groups.ContainsKey(account))
        {
            return "already_linked";
        }

        group ??= _groups[by] = new() { [by] = true };
        group[account] = asMaster;
        _groups[account] = group;
        return "linked";
    }

    /// <summary>Takes an account out; answers null, or the code it is refused with.</summary>
    public string? Remove(string by, string account)
    {
        if (Refuse(by, account, mayBeSelf: true) is { } refusal)
        {
            return refusal;
        }

        var group = _groups[by];
        if (group.Count > 2 && IsLastMaster(group, account))
        {
            return "last_master";
        }

        group.Remove(account);
        _groups.Remove(account);
        if (group.Count == 1)
        {
            _groups.Remove(group.Keys.Single());
        }

        return null;
    }

    /// <summary>Changes a role; answers null, or the code it is refused with.</summary>
    public string? SetRole(string by, string account, bool toMaster)
    {
        if (Refuse(by, account, mayBeSelf: false) is { } refusal)
        {
            return refusal;
        }

        var group = _groups[by];
        if (!toMaster && IsLastMaster(group, account))
        {
            return "last_master";
        }

        group[account] = toMaster;
        return null;
    }

    private string? Refuse(string by, string account, bool mayBeSelf) =>
        !_groups.TryGetValue(by, out var group) ? "unknown_account"
        : !group[by] && !(mayBeSelf && by == account) ? "forbidden"
        : !group.ContainsKey(account) ? "unknown_account"
        : null;

    private static bool IsLastMaster(Dictionary<string, bool> group, string account) => group[account] && group.Values.Count(isMaster => isMaster) == 1;
}
