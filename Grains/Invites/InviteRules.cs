using OrleansIM.Grains.Secrets;
using OrleansIM.Invites;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Invites;

/// <summary>What becomes of invites. Pure.</summary>
internal static class InviteRules
{
    /// <summary>Characters of a code: 80 random bits.</summary>
    public const int CodeLength = 16;

    /// <summary>One answer, whatever is wrong with a code: it says nothing to who tries some.</summary>
    public static Refusal BadInvite { get; } =
        new(ErrorCodes.BadInvite, "invite: an account is made with an invite here, and this is none that is good. Ask for another.");

    /// <summary>The invite that a code is; null for any other text.</summary>
    public static Invite? Find(InvitesState state, string? code) =>
        code is not null && SpokenSecret.TryHash(code, CodeLength, out var hash)
            ? state.Invites.FirstOrDefault(invite => SpokenSecret.IsSame(invite.Hash, hash))
            : null;

    /// <summary>Whether it makes that account, if it has a use left.</summary>
    public static bool IsGood(Invite invite, string account, DateTimeOffset now) =>
        now < invite.EndsAt && account.StartsWith(invite.Prefix, StringComparison.Ordinal);

    public static bool HasUsesLeft(Invite invite) => invite.Spent + invite.Open.Length < invite.Uses;

    /// <summary>Adds one; those that have ended make room.</summary>
    public static Outcome<InvitesState> Add(InvitesState state, Invite invite, int most, DateTimeOffset now)
    {
        var current = state.Invites.Where(other => now < other.EndsAt).ToArray();
        return current.Length >= most
            ? new Refusal(ErrorCodes.LimitReached, $"There are {most} invites already. Revoke some, or give one more uses.")
            : state with { Invites = [.. current, invite] };
    }

    /// <summary>Takes a use for an account.</summary>
    public static Outcome<InvitesState> Take(InvitesState state, string? code, InviteUse use, DateTimeOffset now) =>
        Find(state, code) is { } invite && IsGood(invite, use.Account, now) && HasUsesLeft(invite)
            ? Replace(state, invite with { Open = [.. invite.Open, use] })
            : BadInvite;

    /// <summary>A use is spent, or free again. The same state if it is not open (any more).</summary>
    public static InvitesState Settle(InvitesState state, string id, string use, bool isMade)
    {
        var invite = state.Invites.FirstOrDefault(invite => invite.Id == id);
        return invite is null || !invite.Open.Any(open => open.Id == use)
            ? state
            : Replace(state, invite with { Open = [.. invite.Open.Where(open => open.Id != use)], Spent = invite.Spent + (isMade ? 1 : 0) });
    }

    public static Outcome<InvitesState> Revoke(InvitesState state, string id, string? madeBy) =>
        state.Invites.Any(invite => invite.Id == id && IsOf(invite, madeBy))
            ? state with { Invites = [.. state.Invites.Where(invite => invite.Id != id)] }
            : new Refusal(ErrorCodes.InvalidArgument, "invite: there is no such invite.");

    /// <summary>Whether a maker may know of it; null is an operator, who may know of all.</summary>
    public static bool IsOf(Invite invite, string? madeBy) => madeBy is null || invite.MadeBy == madeBy;

    public static InviteInfo Describe(Invite invite) => new()
    {
        Id = invite.Id,
        Uses = invite.Uses,
        Used = invite.Spent + invite.Open.Length,
        CreatedAt = invite.CreatedAt,
        EndsAt = invite.EndsAt,
        Note = invite.Note,
        MadeBy = invite.MadeBy,
        Prefix = invite.Prefix,
    };

    private static InvitesState Replace(InvitesState state, Invite changed) =>
        state with { Invites = Array.ConvertAll(state.Invites, invite => invite.Id == changed.Id ? changed : invite) };
}
