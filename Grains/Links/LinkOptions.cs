namespace OrleansIM.Grains.Links;

/// <summary>Section <c>Links</c>.</summary>
public sealed class LinkOptions
{
    /// <summary>When the members of a link group are checked. Default: <see cref="LinkValidation.Both"/>.</summary>
    public LinkValidation Validation { get; set; } = LinkValidation.Both;

    /// <summary>The most members of a link group. Default: 16.</summary>
    public int MaxMembers { get; set; } = 16;

    /// <summary>How many passwords of one <c>link.add</c> are checked at once. Default: 4.</summary>
    public int VerifyParallelism { get; set; } = 4;
}

/// <summary>
/// Validity modes (mission L9). A password is always verified when an account is linked: a link gives the account away.
/// The mode says when the members a group already has are checked again; one whose password has changed, or who was
/// disabled or deleted, is dropped then.
/// </summary>
public enum LinkValidation
{
    /// <summary>When accounts are added to the group.</summary>
    AtLink = 1,
    /// <summary>When a master of the group signs in.</summary>
    AtSignIn = 2,
    /// <summary>At both.</summary>
    Both = 3,
}
