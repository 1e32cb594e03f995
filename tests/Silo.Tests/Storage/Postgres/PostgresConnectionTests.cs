using Npgsql;
using OrleansIM.Hosting.Storage;

namespace OrleansIM.Silo.Tests.Storage.Postgres;

public sealed class PostgresConnectionTests
{
    [Theory]
    [InlineData("Host=db;Password=secret", GssEncryptionMode.Disable)]
    [InlineData("Host=db;Gss Encryption Mode=Prefer", GssEncryptionMode.Prefer)]
    public void ConnectionString_OfTheOperator_LooksForKerberosOnlyWhereItSaysSo(string given, GssEncryptionMode expected)
    {
        var made = new NpgsqlConnectionStringBuilder(new StorageOptions { ConnectionString = given }.PostgresConnectionString);

        Assert.Equal(expected, made.GssEncryptionMode);
        Assert.Equal(new NpgsqlConnectionStringBuilder(given).Password, made.Password);
    }

    [Fact]
    public void ConnectionString_ThatIsNone_IsLeftToWhoValidatesIt() =>
        Assert.Equal("Host=db;Bogus=1", new StorageOptions { ConnectionString = "Host=db;Bogus=1" }.PostgresConnectionString);
}
