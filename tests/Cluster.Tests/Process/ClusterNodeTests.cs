using OrleansIM.Clusters;

namespace OrleansIM.Cluster.Tests.Process;

public sealed class ClusterNodeTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Log_InAFolderOfAnEarlierCluster_IsReadFromItsOwnBeginning()
    {
        var file = Path.Combine(_folder.Path, "silo-1.log");
        await File.WriteAllTextAsync(file, "the end of another cluster\n");
        var node = new ClusterNode("silo-1", ClusterRole.Silo, new Uri("http://127.0.0.1:1"), file, "", [], null!, TimeSpan.Zero);
        Assert.Equal("", node.LogEnd());

        await File.AppendAllTextAsync(file, "its own beginning\n");

        Assert.Equal("its own beginning\n", node.LogEnd());
    }
}
