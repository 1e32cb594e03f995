namespace OrleansIM.Timelines;

/// <summary>
/// The database does not answer, or has no room: nothing is wrong with what was asked, and the same can succeed a little
/// later. What a driver throws itself does not travel from one process to another.
/// </summary>
[GenerateSerializer, Alias("im.StoreUnavailableException")]
public sealed class StoreUnavailableException : OrleansException
{
    public StoreUnavailableException()
    {
    }

    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    public StoreUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
