using System.Globalization;
using System.Text;

namespace OrleansIM.Mail;

/// <summary>What is done with a response without a tag. Not taken: the session looks at it itself.</summary>
/// <param name="name">Its word, upper case.</param>
/// <param name="number">The number before the word, or 0.</param>
/// <param name="rest">What follows the word.</param>
internal delegate bool ImapUntagged(string name, uint number, ref ImapParser rest);

/// <summary>
/// A conversation with an IMAP server: commands and their answers, and what the server says unasked about the mailbox that
/// is selected. For one caller at a time.
/// </summary>
internal sealed partial class ImapSession(MailWire wire) : IAsyncDisposable
{
    private readonly ImapReader _reader = new(wire);

    /// <summary>Commands that were said together, and the answers that came while another's was waited for.</summary>
    private readonly Dictionary<string, ImapStatus?> _together = [];
    private int _tags;
    private bool _isLeaving;

    public string Host => wire.Host;

    public ImapCapabilities Capabilities { get; private set; } = ImapCapabilities.None;

    /// <summary>What is known of the mailbox that is selected.</summary>
    public ImapMailbox Mailbox { get; private set; } = new();

    /// <summary>Reads what the server says first.</summary>
    public async Task<ImapStatus> GreetAsync(CancellationToken cancellation)
    {
        var bytes = await _reader.ReadAsync(null, cancellation);
        var words = Encoding.Latin1.GetString(bytes.Span).Split(' ', 3);
        if (words.Length < 2 || words[0] != "*" || !ImapStatus.TryCondition(words[1], out var condition))
        {
            throw MailFaults.Garbage(Host, "it does not greet as an IMAP server does");
        }

        var status = ImapStatus.Parse(condition, words.ElementAtOrDefault(2) ?? "");
        TakeCode(status);
        return condition == ImapCondition.Bye ? throw MailFaults.Closed(Host, status.Text) : status;
    }

    /// <summary>A command with a tag of its own.</summary>
    public ImapCommand Command(string words)
        => new(string.Create(CultureInfo.InvariantCulture, $"im{++_tags}"), words, Capabilities);

    /// <summary>Says a command and reads until it is answered.</summary>
    public Task<ImapStatus> RunAsync(string words, CancellationToken cancellation, ImapUntagged? untagged = null, UidCollector? found = null)
        => RunAsync(Command(words), cancellation, untagged, found);

    /// <inheritdoc cref="RunAsync(string, CancellationToken, ImapUntagged?, UidCollector?)"/>
    public async Task<ImapStatus> RunAsync(ImapCommand command, CancellationToken cancellation, ImapUntagged? untagged = null, UidCollector? found = null)
        => await SayAsync(command.End(), cancellation, untagged) ?? await AnswerAsync(command.Tag, cancellation, untagged, found);

    /// <summary>
    /// Says several commands in one go. For commands that mean the same whatever becomes of those before, and that hold no
    /// literal. Each is to be read with <see cref="AnswerAsync"/>, in any order; what belongs to one may come while another is
    /// read.
    /// </summary>
    /// <returns>Their tags.</returns>
    public async Task<IReadOnlyList<string>> SayAllAsync(IEnumerable<string> commands, CancellationToken cancellation)
    {
        var all = commands.Select(words => Command(words).End()).ToList();
        await wire.WriteAsync(all.SelectMany(static command => command.Bytes.ToArray()).ToArray(), cancellation);
        all.ForEach(command => _together[command.Tag] = null);
        return [.. all.Select(static command => command.Tag)];
    }

    /// <summary>Has the server say what it can, and forgets what it has said before.</summary>
    public async Task AskCapabilitiesAsync(CancellationToken cancellation)
    {
        Capabilities = ImapCapabilities.None;
        (await RunAsync("CAPABILITY", cancellation)).OrThrow(Host, "say what it can");
    }

    /// <summary>Forgets what it can, as after STARTTLS and a sign-in. What it says along with that counts.</summary>
    public void ForgetCapabilities() => Capabilities = ImapCapabilities.None;

    public async Task ProtectAsync(MailTls tls, CancellationToken cancellation)
    {
        await wire.ProtectAsync(tls, cancellation);
        ForgetCapabilities();
    }

    /// <summary>Selects a mailbox; what is known of the one before is forgotten.</summary>
    /// <param name="name">As on the wire.</param>
    /// <param name="write">Whether flags may be changed; else the server is told that nothing will be.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<ImapStatus> SelectAsync(string name, bool write, CancellationToken cancellation)
    {
        Mailbox = new ImapMailbox();
        var status = await RunAsync(Command(write ? "SELECT " : "EXAMINE ").Folder(name), cancellation);
        if (status.IsOk)
        {
            Mailbox.Name = name;
            Mailbox.HasChanged = false;
        }

        return status;
    }

    /// <summary>Writes a line of base64, as answer to a challenge.</summary>
    public Task RespondAsync(byte[] response, CancellationToken cancellation)
        => wire.WriteAsync(Encoding.ASCII.GetBytes(Convert.ToBase64String(response) + "\r\n"), cancellation).AsTask();

    /// <summary>Writes a line that is no command.</summary>
    public Task WriteLineAsync(string line, CancellationToken cancellation)
        => wire.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), cancellation).AsTask();

    /// <summary>Says goodbye.</summary>
    public async Task LeaveAsync(CancellationToken cancellation)
    {
        _isLeaving = true;
        await RunAsync("LOGOUT", cancellation);
    }

    public ValueTask DisposeAsync() => wire.DisposeAsync();

    /// <summary>Gives memory back before a long silence.</summary>
    public void Rest()
    {
        _reader.Release();
        wire.Rest();
    }

    /// <returns>The answer, if it came before all was said; else null.</returns>
    public async Task<ImapStatus?> SayAsync(ImapCommand command, CancellationToken cancellation, ImapUntagged? untagged = null)
    {
        var said = 0;
        foreach (var pause in command.Pauses)
        {
            await wire.WriteAsync(command.Bytes[said..pause], cancellation);
            said = pause;
            if (await ReadAsync(command.Tag, untagged, null, cancellation) is { } answer && !answer.IsGoAhead)
            {
                return answer.Status;
            }
        }

        await wire.WriteAsync(command.Bytes[said..], cancellation);
        return null;
    }

    /// <summary>Reads until the command of this tag is answered.</summary>
    public async Task<ImapStatus> AnswerAsync(string tag, CancellationToken cancellation, ImapUntagged? untagged = null, UidCollector? found = null)
    {
        while (true)
        {
            if (_together.GetValueOrDefault(tag) is { } early)
            {
                _together.Remove(tag);
                return early;
            }

            var answer = await ReadAsync(tag, untagged, found, cancellation);
            if (!answer.IsGoAhead)
            {
                _together.Remove(tag);
                return answer.Status!;
            }
        }
    }

    /// <summary>Reads until the server wants to hear more, or has answered.</summary>
    /// <returns>The answer, or null.</returns>
    public async Task<ImapStatus?> ChallengeAsync(string tag, CancellationToken cancellation)
        => (await ReadAsync(tag, null, null, cancellation)).Status;

    private async Task<Answer> ReadAsync(string tag, ImapUntagged? untagged, UidCollector? found, CancellationToken cancellation)
    {
        while (true)
        {
            if (Take(await _reader.ReadAsync(found, cancellation), tag, untagged) is { } answer)
            {
                return answer;
            }
        }
    }

    private Answer? Take(ReadOnlyMemory<byte> response, string tag, ImapUntagged? untagged)
    {
        var parser = new ImapParser(response.Span, Host);
        if (parser.Skip((byte)'+'))
        {
            return new Answer(null);
        }

        var first = parser.WordText();
        parser.SkipSpaces();
        if (first == "*")
        {
            TakeUntagged(ref parser, untagged);
            return null;
        }

        if (first != tag && !_together.ContainsKey(first) || !ImapStatus.TryCondition(parser.WordText(), out var condition))
        {
            throw MailFaults.Garbage(Host, "it answers what was not asked");
        }

        var status = Known(condition, parser.Rest);
        if (first == tag)
        {
            return new Answer(status);
        }

        _together[first] = status;
        return null;
    }

    private ImapStatus Known(ImapCondition condition, string rest)
    {
        var status = ImapStatus.Parse(condition, rest);
        TakeCode(status);
        return status;
    }

    /// <param name="Status">Null: the server wants to hear more.</param>
    private sealed record Answer(ImapStatus? Status)
    {
        public bool IsGoAhead => Status is null;
    }
}
