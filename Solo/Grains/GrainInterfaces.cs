namespace Orleans
{
    /// <summary>Base of what callers hold of grains.</summary>
    public interface IGrain : IAddressable;

    /// <summary>A grain whose key is a string: the only kind of key in Solo. Derive from it instead of the Guid and integer ones.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>An object outside of grains that grains can call.</summary>
    public interface IGrainObserver : IAddressable;
}

namespace Orleans.Runtime
{
    /// <summary>Something that can be called by reference.</summary>
    public interface IAddressable;
}
