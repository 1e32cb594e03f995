namespace Orleans.Runtime;

/// <summary>A reference to a grain or observer. References are equal when they are to the same one, by whatever interface.</summary>
[Immutable]
public class GrainReference : IAddressable, IEquatable<GrainReference>
{
    private readonly SoloRuntime _runtime;
    private readonly GrainInterface? _interface;

    internal GrainReference(SoloRuntime runtime, GrainId id, GrainInterface? type)
        => (_runtime, GrainId, _interface) = (runtime, id, type);

    public GrainId GrainId { get; }
    public string InterfaceName => _interface?.Type.Name ?? "";

    public virtual TGrainInterface Cast<TGrainInterface>() where TGrainInterface : IAddressable => (TGrainInterface)Cast(typeof(TGrainInterface));

    public bool Equals(GrainReference? other) => other is not null && GrainId.Equals(other.GrainId);
    public override bool Equals(object? obj) => Equals(obj as GrainReference);
    public override int GetHashCode() => GrainId.GetHashCode();
    public uint GetUniformHashCode() => GrainId.GetUniformHashCode();
    public sealed override string ToString() => $"GrainReference:{GrainId}:{InterfaceName}";

    public static bool operator ==(GrainReference? left, GrainReference? right) => left is null ? right is null : left.Equals(right);
    public static bool operator !=(GrainReference? left, GrainReference? right) => !(left == right);

    internal object Cast(Type type) => type.IsInstanceOfType(this) ? this : GrainInterface.Of(type).CreateReference(_runtime, GrainId);

    // What the written classes call (see ReferenceClass). The names end in a ReturnKind.
    internal Task<T> SendTaskOfT<T>(int method, object?[] arguments)
    {
        var call = new Call<T>(_interface!.Methods[method], arguments);
        _runtime.Send(GrainId, call);
        return call.Answer;
    }

    internal Task SendTask(int method, object?[] arguments) => SendTaskOfT<object?>(method, arguments);

    internal ValueTask<T> SendValueTaskOfT<T>(int method, object?[] arguments) => new(SendTaskOfT<T>(method, arguments));

    internal ValueTask SendValueTask(int method, object?[] arguments) => new(SendTaskOfT<object?>(method, arguments));

    internal void SendVoid(int method, object?[] arguments) => _ = SendTaskOfT<object?>(method, arguments);
}
