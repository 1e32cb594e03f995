using System.Text;

namespace Orleans.Runtime;

/// <summary>The UTF-8 bytes of a grain type or key, with their hash.</summary>
[Immutable]
public readonly struct IdSpan : IEquatable<IdSpan>, IComparable<IdSpan>
{
    private readonly int _hash;
    private readonly byte[]? _value;

    public IdSpan(byte[] value)
    {
        _value = value;
        _hash = (int)StableHash.ComputeHash(value);
    }

    public ReadOnlyMemory<byte> Value => _value;
    public bool IsDefault => _value is null || _value.Length == 0;

    public static IdSpan Create(string id) => new(Encoding.UTF8.GetBytes(id));

    public ReadOnlySpan<byte> AsSpan() => _value;
    public bool Equals(IdSpan other) => _value == other._value || (_hash == other._hash && AsSpan().SequenceEqual(other.AsSpan()));
    public override bool Equals(object? obj) => obj is IdSpan other && Equals(other);
    public override int GetHashCode() => _hash;
    public uint GetUniformHashCode() => unchecked((uint)_hash);
    public int CompareTo(IdSpan other) => AsSpan().SequenceCompareTo(other.AsSpan());
    public override string ToString() => _value is null ? "" : Encoding.UTF8.GetString(_value);

    public static bool operator ==(IdSpan left, IdSpan right) => left.Equals(right);
    public static bool operator !=(IdSpan left, IdSpan right) => !left.Equals(right);
}
