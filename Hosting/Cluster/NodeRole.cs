namespace OrleansIM.Hosting.Cluster;

/// <summary>What a process does.</summary>
public enum NodeRole
{
    /// <summary>Everything: sessions and accounts.</summary>
    All,
    /// <summary>Accounts and the other grains; over HTTP only health and metrics.</summary>
    Backend,
    /// <summary>Sessions, and no grains.</summary>
    Gateway,
}
