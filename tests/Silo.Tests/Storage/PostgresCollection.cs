namespace OrleansIM.Silo.Tests.Storage;

/// <summary>One server for every test that needs one; each test has a database of its own.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}
