namespace OrleansIM.LoadTest.Servers;

/// <summary>A server that somebody else runs.</summary>
internal sealed class GivenServer(IReadOnlyList<Uri> gateways) : IServerUnderLoad
{
    public string Description => string.Join(", ", gateways.Select(gateway => gateway.OriginalString));

    public IReadOnlyList<Uri> Gateways => gateways;

    public IReadOnlyList<int> Processes => [];

    public bool IsOwn => false;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
