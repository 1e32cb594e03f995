namespace OrleansIM.Silo.Storage;

/// <summary>How grains are called in the rows of their states: type and key.</summary>
internal static class GrainNames
{
    public const string Account = "im-account/";
    public const string Mailbox = "im-mailbox/";
}
