namespace OrleansIM.TestSupport;

/// <summary>Why tests are skipped in a build without a package.</summary>
public static class MissingPackages
{
    /// <summary>Without Orleans' dashboard.</summary>
    public const string Dashboard = "There is no dashboard: it needs the engine Orleans and the package Microsoft.Orleans.Dashboard.";
}
