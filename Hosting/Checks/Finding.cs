namespace OrleansIM.Hosting.Checks;

/// <summary>How much a finding matters.</summary>
internal enum Severity
{
    /// <summary>Whoever can reach it gets in, or reads along.</summary>
    High,
    /// <summary>Another defence stands before it, or it takes a second mistake.</summary>
    Medium,
    /// <summary>For the operator to decide; nothing is wrong by itself.</summary>
    Advice,
}

/// <summary>A setting that is not as the checklist of docs/security.md has it.</summary>
/// <param name="Id">Its name, for <c>--accept</c> and the docs.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="What">What is so; never a secret.</param>
/// <param name="Do">What to do.</param>
internal sealed record Finding(string Id, Severity Severity, string What, string Do);
