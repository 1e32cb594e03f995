namespace OrleansIM.Mail;

/// <summary>
/// A connection whose other side may say only so much per operation: a mail of 1 GB or a line without an end costs no more
/// memory than the budget, whatever the mail library does with it.
/// </summary>
public sealed class BoundedStream(Stream inner, ByteBudget budget) : WrappingStream(inner)
{
    public BoundedStream(Stream inner, long most)
        : this(inner, new ByteBudget(most))
    {
    }

    /// <summary>What the other side may still say.</summary>
    public ByteBudget Budget { get; } = budget;

    /// <summary>The next operation begins: the budget is whole again.</summary>
    public void BeginOperation() => Budget.BeginOperation();

    public override int Read(byte[] buffer, int offset, int count) => Counted(Inner.Read(buffer, offset, count));

    public override int Read(Span<byte> buffer) => Counted(Inner.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        => Counted(await Inner.ReadAsync(buffer, cancellationToken));

    public override void Write(ReadOnlySpan<byte> buffer) => Inner.Write(buffer);

    private int Counted(int bytes)
    {
        Budget.Spend(bytes);
        return bytes;
    }
}
