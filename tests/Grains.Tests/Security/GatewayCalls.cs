using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using OrleansIM.Gateway;

namespace OrleansIM.Grains.Tests.Security;

/// <summary>What the assembly of the gateway calls, read from its metadata.</summary>
internal static class GatewayCalls
{
    /// <summary>Methods as <c>Interface.Method</c>, of every type that is not its own.</summary>
    public static IReadOnlySet<string> Read()
    {
        using var file = new PEReader(File.OpenRead(typeof(GatewayOptions).Assembly.Location));
        var metadata = file.GetMetadataReader();
        return metadata.MemberReferences
            .Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => $"{metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name)}.{metadata.GetString(member.Name)}")
            .ToHashSet(StringComparer.Ordinal);
    }
}
