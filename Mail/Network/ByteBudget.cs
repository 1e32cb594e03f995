namespace OrleansIM.Mail;

/// <summary>How much a server may still say in the operation that is going on.</summary>
public sealed class ByteBudget(long most)
{
    private long _spent;

    /// <summary>Whether the server has said more than anybody wants to read.</summary>
    public bool IsExceeded => Spent > most;

    /// <summary>What the server has said in this operation.</summary>
    public long Spent => Interlocked.Read(ref _spent);

    /// <summary>The next operation begins.</summary>
    public void BeginOperation() => Interlocked.Exchange(ref _spent, 0);

    /// <exception cref="MailException"><see cref="MailFault.Garbage"/>: it was too much.</exception>
    public void Spend(int bytes)
    {
        if (Interlocked.Add(ref _spent, bytes) > most)
        {
            throw Excess();
        }
    }

    internal MailException Excess() => new(MailFault.Garbage, $"The server sent more than {most / 1024:n0} KiB for one answer.");
}
