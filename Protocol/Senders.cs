namespace OrleansIM.Protocol;

/// <summary>Who messages are from that no account has sent.</summary>
public static class Senders
{
    /// <summary>
    /// The service itself: <c>from</c> of its messages, and the peer they are read and looked up under. No account can have
    /// this id, and nobody can write to it.
    /// </summary>
    public const string Service = "@service";
}
