using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansIM.Hosting.Storage;
using OrleansIM.Silo.Storage;

namespace OrleansIM.Silo.Tests.Storage;

public sealed class StorageOptionsTests
{
    private static string[] Faults(StorageOptions options) => [.. new StorageOptionsValidator().Validate(null, options).Failures ?? []];

    [Fact]
    public void Validate_Defaults_AreRight() => Assert.Empty(Faults(new()));

    [Fact]
    public void Validate_SeveralFaults_NamesEverySettingAndItsFix()
    {
        var faults = Faults(new() { Provider = "mysql", DataDirectory = " ", Sqlite = { Synchronous = "off" } });

        Assert.Equal(3, faults.Length);
        Assert.Contains(faults, fault => fault.StartsWith("Storage:Provider is 'mysql'", StringComparison.Ordinal) && fault.Contains("'postgres'", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("Storage:DataDirectory is empty", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("Storage:Sqlite:Synchronous is 'off'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("Database=x;Password=s3cret", "without a Host")]
    [InlineData("Host=db;Bogus=s3cret", "not readable")]
    [InlineData("s3cret", "not readable")]
    public void Validate_BadConnectionString_SaysWhyAndNeverWhatItWas(string connectionString, string why)
    {
        var fault = Assert.Single(Faults(new() { Provider = "Postgres", ConnectionString = connectionString }));

        Assert.StartsWith("Storage:ConnectionString", fault, StringComparison.Ordinal);
        Assert.Contains(why, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_ConnectionStringThatWouldNotBeUsed_IsRefused()
    {
        var fault = Assert.Single(Faults(new() { ConnectionString = "Host=db;Password=s3cret" }));

        Assert.Contains("Set Storage:Provider to 'postgres'", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_PostgresWithoutDataDirectory_IsRight()
        => Assert.Empty(Faults(new() { Provider = "postgres", ConnectionString = "Host=db", DataDirectory = "" }));

    [Fact]
    public async Task Host_FaultySettings_DoesNotStartAndNamesThem()
    {
        using var host = StorageHost.Build(new() { ["Storage:Provider"] = "mysql", ["Storage:Sqlite:Synchronous"] = "off" });

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(2, refusal.Failures.Count());
    }

    [Fact]
    public async Task Host_DataDirectoryThatCannotBe_DoesNotStartAndNamesIt()
    {
        using var folder = new TempDirectory();
        var file = Path.Combine(folder.Path, "a-file");
        await File.WriteAllTextAsync(file, "");
        using var host = StorageHost.Build(StorageHost.Sqlite(Path.Combine(file, "data")));

        var refusal = await Assert.ThrowsAsync<StorageException>(() => host.StartAsync());

        Assert.Contains("Storage:DataDirectory", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_DatabaseThatDoesNotAnswer_DoesNotStartAndNamesTheSetting()
    {
        using var host = StorageHost.Build(StorageHost.Postgres("Host=127.0.0.1;Port=1;Username=x;Password=s3cret"));

        var refusal = await Assert.ThrowsAsync<StorageException>(() => host.StartAsync());

        Assert.Contains("Storage:ConnectionString", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refusal.ToString(), StringComparison.Ordinal);
    }
}
