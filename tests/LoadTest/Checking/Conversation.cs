namespace OrleansIM.LoadTest.Checking;

/// <summary>All messages from one account to another, by their numbers. Locked by whoever uses it.</summary>
internal sealed class Conversation(int id, int from, int to)
{
    private Message[] _messages = new Message[8];

    public int Id => id;

    public int From => from;

    public int To => to;

    /// <summary>Their number, and the number of the last.</summary>
    public int Count { get; private set; }

    public Lock Gate { get; } = new();

    /// <summary>A message by its number, from 1.</summary>
    public ref Message this[int number] => ref _messages[number - 1];

    public bool Has(int number) => number > 0 && number <= Count;

    /// <summary>Adds one and answers its number.</summary>
    public int Add(Message message)
    {
        if (Count == _messages.Length)
        {
            Array.Resize(ref _messages, Count * 2);
        }

        _messages[Count++] = message;
        return Count;
    }
}
