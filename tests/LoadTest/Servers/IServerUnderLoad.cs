namespace OrleansIM.LoadTest.Servers;

/// <summary>What is put under load.</summary>
internal interface IServerUnderLoad : IAsyncDisposable
{
    /// <summary>In a few words.</summary>
    string Description { get; }

    /// <summary>Where clients go.</summary>
    IReadOnlyList<Uri> Gateways { get; }

    /// <summary>Whether a gateway takes connections, as a load balancer would see it; true where nobody looks.</summary>
    bool IsReady(int gateway) => true;

    /// <summary>The processes of this machine that serve, for memory and processor time; those of a database apart.</summary>
    IReadOnlyList<int> Processes { get; }

    /// <summary>Why there is no server any more, where that is known: one that was started for this has ended by itself. Null while it runs, or is meant to be down.</summary>
    string? WhyGone => null;

    /// <summary>Whether it is of one's own: cheap passwords, no limits, many registrations at once.</summary>
    bool IsOwn { get; }
}
