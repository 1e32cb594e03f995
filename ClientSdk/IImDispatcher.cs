namespace OrleansIM.Client;

/// <summary>
/// Takes work to the thread it belongs to: the main thread of an engine, the thread of a user interface. Called from any
/// thread. Work is to be run in the order it was posted, one piece after the other; <see cref="Post"/> itself runs nothing,
/// does not wait and does not throw.
/// </summary>
public interface IImDispatcher
{
    /// <summary>Queues work.</summary>
    /// <param name="work">What to run; it does not throw.</param>
    void Post(Action work);
}
