using Microsoft.Extensions.Options;

namespace OrleansIM.Identity;

/// <summary>Reports every fault of <see cref="IdentityOptions"/> at once; files of keys are read for it.</summary>
internal sealed class IdentityOptionsValidator : IValidateOptions<IdentityOptions>
{
    public ValidateOptionsResult Validate(string? name, IdentityOptions options)
    {
        var faults = new List<string>();
        Time(nameof(options.KeysMaxAge), options.KeysMaxAge, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1));
        Time(nameof(options.KeysKeptFor), options.KeysKeptFor, options.KeysMaxAge, TimeSpan.FromDays(7));
        Time(nameof(options.FetchPause), options.FetchPause, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Time(nameof(options.FetchTimeout), options.FetchTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(20));
        if (options.MaxKeyBytes is < 1024 or > 16 * 1024 * 1024)
        {
            faults.Add($"{IdentityOptions.Section}:{nameof(options.MaxKeyBytes)} is {options.MaxKeyBytes}; set it between 1,024 and 16,777,216.");
        }

        foreach (var (issuer, settings) in options.Issuers)
        {
            faults.AddRange(IssuerFaults(settings, options).Select(fault => $"{IdentityOptions.Section}:Issuers:{issuer}:{fault}"));
        }

        foreach (var same in options.Issuers.GroupBy(pair => TokenIssuer.IssuerOf(pair.Value), StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            faults.Add($"{IdentityOptions.Section}:Issuers: {string.Join(" and ", same.Select(pair => pair.Key))} are the same issuer; one is enough.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Time(string setting, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                faults.Add($"{IdentityOptions.Section}:{setting} is {value}; set it between {least} and {most}.");
            }
        }
    }

    private static IEnumerable<string> IssuerFaults(IssuerOptions issuer, IdentityOptions options)
    {
        if (TokenIssuer.IssuerOf(issuer).Length == 0)
        {
            yield return "Issuer is missing: what iss of its tokens is.";
        }

        if (issuer.Audiences.Count == 0 || issuer.Audiences.Any(string.IsNullOrWhiteSpace))
        {
            yield return "Audiences:0 is missing: what aud of a token for this service is.";
        }

        if (AccountTemplate.Parse(issuer.Account, out var fault) is null)
        {
            yield return $"Account is \"{issuer.Account}\"; it has to {fault}.";
        }

        if (issuer.ClockSkew < TimeSpan.Zero || issuer.ClockSkew > TimeSpan.FromMinutes(5))
        {
            yield return $"ClockSkew is {issuer.ClockSkew}; set it between 0 and 5 minutes.";
        }

        foreach (var one in KeyFaults(issuer, options).Concat(AlgorithmFaults(issuer)))
        {
            yield return one;
        }
    }

    private static IEnumerable<string> AlgorithmFaults(IssuerOptions issuer)
    {
        var possible = issuer.SecretFile is null ? TokenAlgorithms.Public : TokenAlgorithms.Secret;
        return
            from algorithm in issuer.Algorithms
            where !possible.Contains(algorithm)
            select $"Algorithms: {algorithm} is none that can be allowed {(issuer.SecretFile is null ? "with public keys" : "with a shared secret")}: {string.Join(", ", possible)}.";
    }

    private static IEnumerable<string> KeyFaults(IssuerOptions issuer, IdentityOptions options)
    {
        bool[] given = [issuer.Authority is not null, issuer.JwksUrl is not null, issuer.KeyFiles.Count > 0, issuer.SecretFile is not null];
        if (given.Count(one => one) != 1)
        {
            yield return "one of Authority, JwksUrl, KeyFiles and SecretFile has to be given: where the keys are. Public keys and a shared secret are never mixed.";
            yield break;
        }

        if ((issuer.Authority ?? issuer.JwksUrl) is { } address && KeyFetcher.Refuse(address, options.AllowHttpOnLoopback) is { } rule)
        {
            yield return $"{(issuer.Authority is null ? "JwksUrl" : "Authority")} is {address}; it has to be {rule}.";
        }

        foreach (var (setting, file) in issuer.KeyFiles.Select((file, i) => ($"KeyFiles:{i}", file)).Concat(issuer.SecretFile is null ? [] : [("SecretFile", issuer.SecretFile)]))
        {
            if (ReadFault(file, isSecret: issuer.SecretFile is not null) is { } fault)
            {
                yield return $"{setting} is {file}. {fault}";
            }
        }
    }

    private static string? ReadFault(string file, bool isSecret)
    {
        try
        {
            var text = File.ReadAllText(file);
            _ = isSecret ? [KeyReader.ReadSecret(text)] : KeyReader.ReadFile(text);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentException or NotSupportedException)
        {
            return e.Message;
        }
    }
}
