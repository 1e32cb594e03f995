namespace OrleansIM.Mail;

/// <summary>A value in a response: NIL, a text (one character per byte, Latin-1), or a list.</summary>
internal sealed class ImapValue
{
    public static readonly ImapValue Nil = new(null, []);

    private ImapValue(string? text, IReadOnlyList<ImapValue> items) => (Text, Items) = (text, items);

    /// <summary>Null for NIL and for a list.</summary>
    public string? Text { get; }

    /// <summary>Empty for anything else.</summary>
    public IReadOnlyList<ImapValue> Items { get; }

    public bool IsList { get; private init; }

    /// <summary>The item there, or NIL where the list is shorter than it should be.</summary>
    public ImapValue this[int index] => index >= 0 && index < Items.Count ? Items[index] : Nil;

    public static ImapValue Of(string text) => new(text, []);

    public static ImapValue Of(List<ImapValue> items) => new(null, items) { IsList = true };
}
