using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <summary>Dispatches to a <see cref="SynchronizationContext"/>: WPF, Windows Forms, MAUI, Unity. Thread-safe.</summary>
/// <param name="context">The context.</param>
public sealed class SynchronizationContextDispatcher(SynchronizationContext context) : IImDispatcher
{
    private readonly SynchronizationContext _context = context ?? throw new ArgumentNullException(nameof(context));

    /// <summary>A dispatcher to the thread that asks.</summary>
    /// <exception cref="InvalidOperationException">The thread has no context: nothing would bring work to it.</exception>
    public static SynchronizationContextDispatcher Current() => new(SynchronizationContext.Current
        ?? throw new InvalidOperationException("This thread has no SynchronizationContext. Call it on the main thread, or use an ImPump."));

    /// <inheritdoc/>
    public void Post(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        _context.Post(static state => ((Action)state!)(), work);
    }
}
