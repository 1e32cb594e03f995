namespace OrleansIM.Fuzz.Engine;

/// <summary>
/// Something of the product that reads what others send. It is given inputs one after the other and says what became of
/// each; whatever it throws is a finding.
/// </summary>
internal abstract class FuzzTarget : IAsyncDisposable
{
    /// <summary>What it is called on the command line and in the folders of inputs.</summary>
    public abstract string Name { get; }

    /// <summary>What it tries, in a line.</summary>
    public abstract string About { get; }

    /// <summary>Words of its language, put in by mutations.</summary>
    public virtual IReadOnlyList<string> Words => [];

    /// <summary>The longest input, in bytes.</summary>
    public virtual int MaxInput => 64 * 1024;

    /// <summary>Inputs of a bounded run: a few seconds of a busy machine.</summary>
    public virtual int BoundedInputs => 10_000;

    /// <summary>How many bytes an input of a length may have allocated. What is let go at once counts too.</summary>
    public virtual long Allowance(int length) => 1024 * 1024 + 256L * length;

    /// <summary>Makes ready.</summary>
    public virtual Task StartAsync() => Task.CompletedTask;

    /// <summary>
    /// Gives an input to what is being tried.
    /// </summary>
    /// <returns>
    /// What became of it, in a word or two. An input with an outcome that was not seen before is mutated further, so an outcome
    /// is coarse: which code, which branch, which size.
    /// </returns>
    public abstract ValueTask<string> RunAsync(ReadOnlyMemory<byte> input);

    /// <summary>What is still there after all inputs that should be gone; null if there is nothing.</summary>
    public virtual Task<string?> LeftoversAsync() => Task.FromResult<string?>(null);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>The product did what it promises not to do.</summary>
internal sealed class BrokenPromiseException(string promise, string details) : Exception($"{promise}: {details}")
{
    /// <summary>What was promised; the same for all inputs that break it.</summary>
    public string Promise { get; } = promise;
}
