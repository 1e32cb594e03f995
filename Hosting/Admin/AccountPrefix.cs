using OrleansIM.Protocol;

namespace OrleansIM.Hosting.Admin;

/// <summary>What account ids can begin with; empty for all of them.</summary>
internal static class AccountPrefix
{
    public static bool IsOne(string prefix) =>
        prefix.Length == 0 || AccountIds.TryNormalize((prefix + "aa")[..Math.Min(prefix.Length + 2, AccountIds.MaxLength)], out _);
}
