namespace OrleansIM.Mail;

/// <summary>Chooses among the SRV records of a service (RFC 2782). Pure.</summary>
internal static class ServiceChoice
{
    /// <summary>One of those with the lowest priority, by weight; null if there is none or the service is not offered.</summary>
    /// <param name="records">The records.</param>
    /// <param name="roll">From 0 to below 1: chance.</param>
    public static ServiceRecord? Choose(IReadOnlyList<ServiceRecord> records, double roll)
    {
        var offered = records.Where(record => record.Port is > 0 and <= 65_535 && HostPolicy.Normalize(record.Target) is not null).ToList();
        if (offered.Count == 0)
        {
            return null;
        }

        var first = offered.Min(record => record.Priority);
        var candidates = offered.Where(record => record.Priority == first).OrderBy(record => record.Weight).ToList();

        // Those of weight 0 have a small chance beside others, and the same among themselves.
        var left = roll * candidates.Sum(Share);
        return candidates.FirstOrDefault(record => (left -= Share(record)) < 0) ?? candidates[^1];
    }

    /// <summary>Whether a host is the domain or lies below it.</summary>
    public static bool IsInside(string host, string domain)
        => host.Equals(domain, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);

    private static double Share(ServiceRecord record) => record.Weight == 0 ? 0.01 : record.Weight;
}
