using OrleansIM.Hosting.Storage;
using OrleansIM.Hosting.Storage.Postgres;
using OrleansIM.Silo.Storage.Sqlite;

namespace OrleansIM.Silo.Tests.Storage;

/// <summary>What the steps of a schema say of themselves.</summary>
public sealed class MigrationTests
{
    [Theory]
    [InlineData("-- oldest program: 4\nALTER TABLE a ADD COLUMN b int;", 4)]
    [InlineData("-- oldest program: 4\r\nALTER TABLE a ADD COLUMN b int;", 4)]
    [InlineData("-- What it is for.\nALTER TABLE a ADD COLUMN b int;", 7)]
    [InlineData("-- What it is for.\n-- oldest program: 4\nALTER TABLE a ADD COLUMN b int;", 7)]
    public void Parse_Step_BreaksEveryProgramBeforeItUnlessItsFirstLineSaysOtherwise(string sql, int oldest)
    {
        var step = Migration.Parse("007_more", sql);

        Assert.Equal((7, "007_more", oldest), (step.Number, step.Name, step.Oldest));
    }

    [Theory]
    [InlineData("-- oldest program: 7\n")]
    [InlineData("-- oldest program: 0\n")]
    [InlineData("-- oldest program: all\n")]
    public void Parse_MarkThatSaysNothing_IsAFault(string sql) =>
        Assert.Contains("007_more", Assert.Throws<InvalidOperationException>(() => Migration.Parse("007_more", sql)).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_BothStores_HaveTheSameStepsAndBreakTheSamePrograms()
    {
        var postgres = Migration.Load(typeof(PostgresSchema).Assembly, "Postgres").Select(step => (step.Number, step.Oldest)).ToArray();

        Assert.Equal(postgres, Migration.Load(typeof(SqliteSchema).Assembly, "Sqlite").Select(step => (step.Number, step.Oldest)));
        Assert.Equal([(1, 1), (2, 2), (3, 3), (4, 4), (5, 4)], postgres.Take(5));
    }
}
