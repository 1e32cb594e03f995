using System.Collections.Concurrent;
using System.Text;
using OrleansIM.Client;

namespace OrleansIM.ConsoleChat;

/// <summary>The chat without a screen: one line in, one line out, so that a script or a screen reader can use it.</summary>
internal sealed class LineByLine(Chat chat, ImPump pump, TextReader input, TextWriter output)
{
    private const string Help = $"/accounts /as ACCOUNT /contacts /history /read {Chat.Commands}; anything else is sent to the one of /to";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly BlockingCollection<string> _lines = [];
    private readonly Dictionary<string, MessageState> _shown = [];
    private Task _doing = Task.CompletedTask;
    private bool _quits;

    public static async Task<bool> SignInAsync(ImClient client, ChatArguments arguments)
    {
        Console.Out.WriteLine("not a terminal: line by line; /help says how");
        var account = arguments.Account ?? Ask("account:", Console.In.ReadLine);
        if (arguments.Account is null && await IsMissingAsync("account", account, "name it in the arguments, or in the first line of the input"))
        {
            return false;
        }

        var password = ChatArguments.Password
            ?? Ask($"password: (the next line, because {ChatArguments.PasswordVariable} has none)", Console.IsInputRedirected ? Console.In.ReadLine : ReadUnseen);
        if (ChatArguments.Password is null
            && await IsMissingAsync("password", password, $"put it into {ChatArguments.PasswordVariable}, or into a line of the input before the commands"))
        {
            return false;
        }

        try
        {
            await SignInScreen.EnterAsync(client, account, password, arguments);
            return true;
        }
        catch (ImException refused)
        {
            await Console.Error.WriteLineAsync($"{refused.Code}: {refused.Message}");
            return false;
        }
    }

    /// <summary>Complains of a line that is not there, or is a command in the place of what was asked for.</summary>
    private static async Task<bool> IsMissingAsync(string what, string line, string remedy)
    {
        if (line.Length > 0 && line[0] != '/')
        {
            return false;
        }

        await Console.Error.WriteLineAsync($"{(line.Length == 0 ? $"There is no {what}" : $"A command stands where the {what} has to")}: {remedy}.");
        return true;
    }

    private static string Ask(string what, Func<string?> read)
    {
        Console.Out.WriteLine(what);
        return read() ?? "";
    }

    /// <summary>A line that is typed at a terminal without being shown.</summary>
    private static string ReadUnseen()
    {
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key != ConsoleKey.Backspace)
            {
                typed.Append(key.KeyChar);
            }
            else if (typed.Length > 0)
            {
                typed.Length--;
            }
        }

        return typed.ToString();
    }

    /// <summary>
    /// Takes line after line, each when the one before is done, until the input ends. What is to be sent then is waited for; but
    /// after <c>/quit</c> not for a connection.
    /// </summary>
    /// <returns>Whether all of it was done, and every message is at the server.</returns>
    public bool Run()
    {
        chat.Said += output.WriteLine;
        chat.Happened += Show;
        ShowAccounts();
        new Thread(ReadLines) { IsBackground = true }.Start();
        while (!chat.IsOver && !IsDone())
        {
            pump.Run();
            if (!_doing.IsCompleted || _quits || _lines.IsCompleted)
            {
                Thread.Sleep(s_pause);
            }
            else if (_lines.TryTake(out var line, s_pause))
            {
                Obey(line.Trim());
            }
        }

        // What has become of the last ones may not have been told yet.
        pump.Run();
        var outbox = chat.Client.Outbox();
        foreach (var message in outbox.Where(message => _shown.GetValueOrDefault(message.Cid) != message.State))
        {
            Show(message);
        }

        foreach (var message in outbox.Where(static message => message.State == MessageState.Queued))
        {
            output.WriteLine($"[{message.As}] not sent to {message.To}, for there is no connection: {message.Body}");
        }

        return !chat.IsOver && !chat.HasRefused && outbox.All(static message => message.State is not (MessageState.Queued or MessageState.Failed));
    }

    private bool IsDone() => (_quits || _lines.IsCompleted) && _doing.IsCompleted
        && (chat.Client.Outbox().All(static message => message.State != MessageState.Queued) || (_quits && !chat.IsOnline));

    private void ReadLines()
    {
        while (input.ReadLine() is { } line)
        {
            _lines.Add(line);
        }

        _lines.CompleteAdding();
    }

    /// <summary>Does what a line says.</summary>
    private void Obey(string line)
    {
        var words = line.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var what = words.Length > 1 ? words[1] : "";
        switch (words.FirstOrDefault(""))
        {
            case "":
                break;
            case "/quit":
                _quits = true;
                break;
            case "/accounts":
                ShowAccounts();
                break;
            case "/as":
                if (chat.Open(what))
                {
                    output.WriteLine($"[{chat.Account}] is open{(chat.Peer is { } peer ? $", and speaks to {peer}" : "")}");
                }
                else
                {
                    chat.Refuse(line, $"that is none of your accounts; they are {string.Join(", ", chat.Client.Pages.Keys.Order(StringComparer.Ordinal))}");
                }

                break;
            case "/contacts":
                ShowContacts();
                break;
            case ("/history" or "/read") and var command when chat.Peer is null:
                chat.Refuse(command, "with whom? /to CONTACT first");
                break;
            case "/history":
                InLoop(async () =>
                {
                    await chat.ReadOlderAsync();
                    chat.Lines().ToList().ForEach(line => output.WriteLine($"[{chat.Account}] {line.From} to {line.To}: {line.Body}{State(line.State)}"));
                });
                break;
            case "/read":
                InLoop(chat.MarkReadAsync);
                break;
            case ['/', ..]:
                InLoop(() => chat.ObeyAsync(words[0], what, Help));
                break;
            default:
                InLoop(() => chat.SendAsync(line));
                break;
        }
    }

    /// <summary>Begins something in the next turn of the loop, and goes on with it there after each await.</summary>
    private void InLoop(Func<Task> action)
    {
        pump.Post(() => _doing = action());
        pump.Run();
    }

    private void ShowAccounts()
    {
        foreach (var page in chat.Client.Pages.Values)
        {
            output.WriteLine($"[{page.Account}] {Names.Own(page)}, {page.Role}, {page.Unread.Values.Sum()} unread{(page.Account == chat.Account ? ", open" : "")}");
        }
    }

    private void ShowContacts()
    {
        if (chat.Page is not { } page)
        {
            return;
        }

        var peers = Names.Peers(page);
        if (peers.Count == 0)
        {
            output.WriteLine($"[{page.Account}] has no contacts yet; /add ACCOUNT asks somebody");
        }

        foreach (var peer in peers)
        {
            var state = page.Contacts.TryGetValue(peer, out var contact) && contact.State != "friend" ? contact.State : Names.Presence(page, peer);
            output.WriteLine($"[{page.Account}] {peer}: {Names.Of(page, peer)}, {state}, {page.Unread.GetValueOrDefault(peer)} unread");
        }
    }

    private static string State(MessageState? state) => state is { } known ? $" ({known.ToString().ToLowerInvariant()})" : "";

    private void Show(OutgoingMessage message)
    {
        _shown[message.Cid] = message.State;
        output.WriteLine($"[{message.As}] {message.As} to {message.To}: {message.Body}{State(message.State)} {chat.Why(message)}".TrimEnd());
    }

    private void Show(ImEvent happened)
    {
        switch (happened)
        {
            case MessageReceived { IsOwn: false } message:
                output.WriteLine($"[{message.Account}] {message.From} to {message.To}: {message.Body}");
                break;
            case OutgoingChanged { Message: var outgoing }:
                Show(outgoing);
                break;
            case Reconnecting or Reconnected or SignedOut:
                output.WriteLine($"* {chat.Connection}");
                break;
            case PresenceChanged presence when presence.Contact != presence.Account:
                output.WriteLine($"[{presence.Account}] {presence.Contact} is {presence.Status}");
                break;
            case TypingChanged typing:
                output.WriteLine($"[{typing.Account}] {typing.From} {(typing.On ? "types" : "stopped typing")}");
                break;
            case ContactChanged { Contact: var contact }:
                output.WriteLine($"[{happened.Account}] {contact.Account} is now: {contact.State}");
                break;
            case ReceiptReceived { What: var what, Peer: var peer, UpTo: var upTo }:
                output.WriteLine($"[{happened.Account}] {peer}: {what} up to {upTo}");
                break;
            case PageOpened:
                output.WriteLine($"[{happened.Account}] has a page");
                break;
            case PageGone gone:
                output.WriteLine($"[{happened.Account}] has left: {gone.Reason}");
                break;
        }
    }
}
