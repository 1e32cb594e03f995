using Microsoft.IdentityModel.Tokens;

namespace OrleansIM.Identity;

/// <summary>Keys that the operator has put into files. Others come with a restart.</summary>
internal sealed class FixedKeys(IReadOnlyList<SecurityKey> keys) : IIssuerKeys
{
    public Task<IReadOnlyList<SecurityKey>> FindAsync(string? kid, CancellationToken cancellation) => Task.FromResult(KeyReader.Choose(keys, kid));
}
