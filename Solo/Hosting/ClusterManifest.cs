using System.Collections.Immutable;
using Orleans.Metadata;

namespace Orleans.Metadata
{
    /// <summary>What is said of a grain class. Nothing is, here.</summary>
    public class GrainProperties
    {
        internal static GrainProperties Empty { get; } = new();
    }

    /// <summary>The grain classes of a silo.</summary>
    public class GrainManifest
    {
        internal GrainManifest(IEnumerable<GrainType> grains) => Grains = grains.ToImmutableDictionary(grain => grain, _ => GrainProperties.Empty);

        public ImmutableDictionary<GrainType, GrainProperties> Grains { get; }
    }

    /// <summary>Which silo has which grain classes.</summary>
    public class ClusterManifest
    {
        internal ClusterManifest(SiloAddress self, GrainManifest grains) => Silos = ImmutableDictionary<SiloAddress, GrainManifest>.Empty.Add(self, grains);

        public ImmutableDictionary<SiloAddress, GrainManifest> Silos { get; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>Knows which silo has which grain classes.</summary>
    public interface IClusterManifestProvider
    {
        ClusterManifest Current { get; }
    }

    /// <summary>There is one silo, and it has all.</summary>
    internal sealed class ClusterManifestProvider(ILocalSiloDetails self, GrainClasses classes) : IClusterManifestProvider
    {
        private ClusterManifest? _current;

        public ClusterManifest Current => _current ??= new ClusterManifest(self.SiloAddress, new GrainManifest(classes.Types));
    }
}
