namespace OrleansIM.Mail;

/// <summary>What a server has said about the mailbox that is selected.</summary>
internal sealed class ImapMailbox
{
    /// <summary>As on the wire; null if none is selected.</summary>
    public string? Name { get; set; }

    public uint Exists { get; set; }

    public uint UidValidity { get; set; }

    public uint UidNext { get; set; }

    /// <summary>When anything in it has changed last (CONDSTORE, RFC 7162); 0 if the server does not say.</summary>
    public ulong HighestModSeq { get; set; }

    /// <summary>Whether there are news that nobody has looked at.</summary>
    public bool HasChanged { get; set; }

    /// <summary>Whether it is surely as it was then.</summary>
    public bool IsSameAs(ImapMailbox then)
        => HighestModSeq != 0 && HighestModSeq == then.HighestModSeq && UidValidity == then.UidValidity
            && Exists == then.Exists && UidNext == then.UidNext;
}
