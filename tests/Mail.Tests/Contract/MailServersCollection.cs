using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Contract;

/// <summary>One IMAP and one submission server for all tests that want them; each test has mailboxes of its own.</summary>
[CollectionDefinition(Name)]
public sealed class MailServersCollection : ICollectionFixture<MailServers>
{
    public const string Name = "mail servers";
}
