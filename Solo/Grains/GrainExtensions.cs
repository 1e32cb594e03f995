namespace Orleans;

public static class GrainExtensions
{
    /// <summary>A reference to the grain (itself, or what a reference points to) by the given interface.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain)
        => (TGrainInterface)Reference(grain).Cast(typeof(TGrainInterface));

    public static object AsReference(this IAddressable grain, Type interfaceType) => Reference(grain).Cast(interfaceType);

    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();

    public static GrainId GetGrainId(this IAddressable grain) => Reference(grain).GrainId;

    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    private static GrainReference Reference(IAddressable grain) => grain switch
    {
        null => throw new ArgumentNullException(nameof(grain)),
        GrainReference reference => reference,
        IGrainBase { GrainContext: { } context } => context.GrainReference,
        IGrainBase => throw new ArgumentException("Passing a half baked grain as an argument. It is possible that you instantiated a grain class explicitly, as a regular object and not via Orleans runtime or via proper test mocking", nameof(grain)),
        _ => throw new ArgumentException($"{grain.GetType().FullName} is neither a reference nor a grain that derives from {nameof(Grain)} or implements {nameof(IGrainBase)}; inject {nameof(IGrainContext)} instead.", nameof(grain)),
    };
}
