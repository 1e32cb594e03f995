namespace OrleansIM.Protocol;

/// <summary>Sizes that are part of the protocol. Sizes an operator may change are options of the server.</summary>
public static class ProtocolLimits
{
    /// <summary>The WebSocket subprotocol.</summary>
    public const string Subprotocol = "orleansim.v1";
    /// <summary>The largest frame a client may send, in bytes.</summary>
    public const int MaxClientFrame = 64 * 1024;
    /// <summary>The largest value of <c>settings.set</c> and <c>custom.set</c>, in bytes of its JSON.</summary>
    public const int MaxValue = 8 * 1024;
    /// <summary>The longest key of a setting or of custom data, in characters.</summary>
    public const int MaxKey = 64;
    /// <summary>The largest page of <c>history</c>.</summary>
    public const int MaxHistoryPage = 200;
    /// <summary>The longest <c>cid</c>, in characters.</summary>
    public const int MaxCid = 64;
    /// <summary>The longest password, in characters.</summary>
    public const int MaxPassword = 256;
    /// <summary>The longest <c>jwt</c>, in characters.</summary>
    public const int MaxJwt = 8 * 1024;
    /// <summary>The longest <c>invite</c>, in characters.</summary>
    public const int MaxInvite = 64;
    /// <summary>The most recipients of one message of the service.</summary>
    public const int MaxServiceRecipients = 100;
    /// <summary>The longest greeting, remark, description, note or display name, in characters.</summary>
    public const int MaxText = 512;
    /// <summary>The most accounts in one <c>link.add</c>.</summary>
    public const int MaxLinkBatch = 64;
    /// <summary>The most accounts in one <c>groups.create</c> or <c>groups.invite</c>.</summary>
    public const int MaxGroupBatch = 256;
    /// <summary>The most accounts one message mentions.</summary>
    public const int MaxMentions = 50;
    /// <summary>The most recipients of one <c>mail.send</c>, friends and addresses together.</summary>
    public const int MaxMailRecipients = 100;
    /// <summary>The most mails of one <c>mail.list</c>.</summary>
    public const int MaxMailList = 100;
    /// <summary>The most contacts of one <c>mail.contacts</c>.</summary>
    public const int MaxMailContacts = 500;
    /// <summary>The longest <c>query</c> of <c>mail.contacts</c>, in characters.</summary>
    public const int MaxMailQuery = 128;
}
