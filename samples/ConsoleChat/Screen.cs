using System.Text;
using OrleansIM.Client;
using Spectre.Console;

namespace OrleansIM.ConsoleChat;

/// <summary>The chat on the whole screen: one loop that takes events and keys, and draws what has changed.</summary>
internal sealed class Screen(Chat chat, ImPump pump)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan s_typingAgain = TimeSpan.FromSeconds(3);

    private readonly StringBuilder _draft = new();
    private string _notice = "Tab: next account · ↑↓: contacts · Enter: send · PgUp: older · /help · Ctrl-C: leave";
    private DateTime _saidTyping;
    private int _scroll;
    private volatile bool _over;

    public void Run()
    {
        Console.CancelKeyPress += (_, pressed) => (pressed.Cancel, _over) = (true, true);
        chat.Said += text => _notice = text;
        chat.Happened += happened =>
        {
            if (happened is OutgoingChanged { Message: var message } && chat.Why(message) is { Length: > 0 } why)
            {
                _notice = why;
            }
        };
        TalkToTheFirst();
        AnsiConsole.AlternateScreen(() => AnsiConsole.Live(Draw()).AutoClear(true).Start(Loop));
        // Of a connection that was in order there is nothing to say any more.
        AnsiConsole.MarkupLineInterpolated($"[grey]{(chat.IsOnline ? "" : $"{chat.Connection}. ")}Goodbye.[/]");
    }

    private void Loop(LiveDisplayContext screen)
    {
        var shown = (Version: -1, Width: 0, Height: 0);
        while (!_over)
        {
            pump.Run();
            var touched = false;
            while (!_over && Console.KeyAvailable)
            {
                Press(Console.ReadKey(intercept: true));
                // What a key asks for is begun before the next one is looked at: a line goes to whom it was written to,
                // also where many keys come at once.
                pump.Run();
                touched = true;
            }

            var now = (chat.Version, Console.WindowWidth, Console.WindowHeight);
            if (touched || now != shown)
            {
                if ((now.WindowWidth, now.WindowHeight) != (shown.Width, shown.Height))
                {
                    AnsiConsole.Clear();
                }

                shown = now;
                screen.UpdateTarget(Draw());
                InLoop(chat.MarkReadAsync);
            }

            Thread.Sleep(s_pause);
        }
    }

    private Layout Draw() => View.Of(chat, _draft.ToString(), _notice, _scroll);

    private void Press(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Tab:
                NextAccount();
                break;
            case ConsoleKey.UpArrow:
                NextPeer(-1);
                break;
            case ConsoleKey.DownArrow:
                NextPeer(1);
                break;
            case ConsoleKey.PageUp:
                _scroll += 5;
                InLoop(chat.ReadOlderAsync);
                break;
            case ConsoleKey.PageDown:
                _scroll = Math.Max(0, _scroll - 5);
                break;
            case ConsoleKey.Enter:
                Submit();
                break;
            case ConsoleKey.Escape:
                _draft.Clear();
                break;
            case ConsoleKey.Backspace when _draft.Length > 0:
                // A character beyond the first plane is two of these.
                _draft.Length -= _draft.Length > 1 && char.IsLowSurrogate(_draft[^1]) ? 2 : 1;
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    _draft.Append(key.KeyChar);
                    SayTyping();
                }

                break;
        }
    }

    private void Submit()
    {
        var text = _draft.ToString().Trim();
        _draft.Clear();
        _scroll = 0;
        _saidTyping = default;
        if (text.Length > 0 && text[0] != '/')
        {
            InLoop(() => chat.SendAsync(text));
            return;
        }

        var words = text.Split(' ', 2, StringSplitOptions.TrimEntries);
        switch (words[0])
        {
            case "":
                break;
            case "/quit":
                _over = true;
                break;
            default:
                InLoop(() => chat.ObeyAsync(words[0], words.Length > 1 ? words[1] : "", Chat.Commands));
                break;
        }
    }

    private void NextAccount()
    {
        var accounts = chat.Client.Pages.Keys.Order(StringComparer.Ordinal).ToList();
        if (accounts.Count > 0)
        {
            chat.Open(accounts[(accounts.IndexOf(chat.Account) + 1) % accounts.Count]);
            if (chat.Peer is null)
            {
                TalkToTheFirst();
            }

            _scroll = 0;
        }
    }

    private void TalkToTheFirst() => chat.Talk(chat.Page is { } page && Names.Peers(page) is [var first, ..] ? first : null);

    private void NextPeer(int step)
    {
        var peers = chat.Page is { } page ? Names.Peers(page).ToList() : [];
        if (peers.Count > 0)
        {
            var at = peers.FindIndex(peer => peer == chat.Peer);
            chat.Talk(peers[((at + step) % peers.Count + peers.Count) % peers.Count]);
            _scroll = 0;
        }
    }

    private void SayTyping()
    {
        if (DateTime.UtcNow - _saidTyping > s_typingAgain && _draft[0] != '/')
        {
            _saidTyping = DateTime.UtcNow;
            InLoop(() => chat.TypingAsync(true));
        }
    }

    private void InLoop(Func<Task> action) => pump.Post(() => _ = action());
}
