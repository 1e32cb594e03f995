using System.Globalization;
using OrleansIM.Client;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace OrleansIM.ConsoleChat;

/// <summary>What the screen looks like. Everything that comes from others is escaped: it is shown, never obeyed.</summary>
internal static class View
{
    private const int ContactsWidth = 30;

    public static Layout Of(Chat chat, string draft, string notice, int scroll)
    {
        var layout = new Layout().SplitRows(
            new Layout("tabs").Size(3),
            new Layout("middle").SplitColumns(new Layout("contacts").Size(ContactsWidth), new Layout("talk")),
            new Layout("input").Size(3),
            new Layout("foot").Size(1));
        layout["tabs"].Update(Tabs(chat));
        layout["contacts"].Update(Contacts(chat));
        layout["talk"].Update(Talk(chat, scroll));
        layout["input"].Update(Input(chat, draft));
        layout["foot"].Update(new Markup($"{(chat.IsOnline ? "[green]●[/]" : "[yellow blink]●[/]")} {Plain(chat.Connection)} [grey]│ {Plain(notice)}[/]")
            .Overflow(Overflow.Ellipsis));
        return layout;
    }

    /// <summary>One tab per account; it blinks until everything on its page is read.</summary>
    private static Panel Tabs(Chat chat)
    {
        var tabs = chat.Client.Pages.Values.OrderBy(page => page.Account, StringComparer.Ordinal).Select(page =>
        {
            var unread = page.Unread.Values.Sum();
            var text = $"{Dot(Names.Presence(page, page.Account))} {Plain(Names.Own(page))}{(unread > 0 ? $" [bold yellow]({unread})[/]" : "")}";
            return page.Account == chat.Account ? $"[invert] {text} [/]" : unread > 0 ? $"[blink] {text} [/]" : $" {text} ";
        });
        return new Panel(new Markup(string.Join("[grey]│[/]", tabs)).Overflow(Overflow.Ellipsis)).Border(BoxBorder.Rounded).BorderColor(Color.Grey).Expand();
    }

    private static Panel Contacts(Chat chat)
    {
        var rows = chat.Page is { } page ? Names.Peers(page).Select(peer => Contact(chat, page, peer)).ToList() : [];
        if (rows.Count == 0)
        {
            rows.Add(new Markup("[grey]Nobody yet. /add ACCOUNT asks somebody.[/]"));
        }

        return new Panel(new Rows(rows)).Header("[grey] contacts [/]").Border(BoxBorder.Rounded).BorderColor(Color.Grey).Expand();
    }

    private static Markup Contact(Chat chat, Page page, string peer)
    {
        var unread = page.Unread.GetValueOrDefault(peer);
        var asks = page.Contacts.TryGetValue(peer, out var contact) && contact.State != "friend" ? contact.State : null;
        var mark = asks switch
        {
            "pending" => "[yellow]?[/]",
            not null => "[grey]…[/]",
            null when page.Groups.ContainsKey(peer) => "[teal]#[/]",
            null => Dot(Names.Presence(page, peer)),
        };
        var name = Plain(Names.Of(page, peer).TrimStart('#'));
        var line = $"{mark} {(unread > 0 ? $"[bold]{name}[/] [bold yellow]({unread})[/]" : name)}{(asks == "pending" ? " [yellow]/accept[/]" : "")}";
        return new Markup(peer == chat.Peer ? $"[invert]{line}[/]" : unread > 0 ? $"[blink]{line}[/]" : line).Overflow(Overflow.Ellipsis);
    }

    private static Panel Talk(Chat chat, int scroll)
    {
        var rows = new List<IRenderable>();
        if (chat is { Page: { } page, Peer: { } peer })
        {
            DateTime? day = null;
            foreach (var line in chat.Lines())
            {
                var at = line.At.ToLocalTime();
                if (day != at.Date)
                {
                    day = at.Date;
                    rows.Add(new Rule($"[grey]{at.ToString("ddd d MMM", CultureInfo.InvariantCulture)}[/]").RuleStyle("grey"));
                }

                rows.Add(Line(page, line, at));
            }

            rows.AddRange(chat.WhoTypes().Select(who => new Markup($"[grey italic]{Plain(Names.Of(page, who))} types…[/]")));
            var name = Names.Of(page, peer);
            return Frame(rows, scroll, $" {Plain(name)} [grey]{(name == peer ? "" : Plain(peer) + " ")}· {Plain(Description(page, peer))}[/] ");
        }

        rows.Add(new Markup("[grey]Choose somebody with ↑ and ↓.[/]"));
        return Frame(rows, 0, "");
    }

    private static Panel Frame(List<IRenderable> rows, int scroll, string header)
    {
        var panel = new Panel(new Tail(rows, scroll)).Border(BoxBorder.Rounded).BorderColor(Color.Teal).Expand();
        return header.Length > 0 ? panel.Header(header) : panel;
    }

    private static Markup Line(Page page, ChatLine line, DateTimeOffset at)
    {
        var time = $"[grey]{at.ToString("HH:mm", CultureInfo.InvariantCulture)}[/]";
        var text = Plain(line.Body);
        return line.State switch
        {
            null => new Markup($"{time} [{ColorOf(line.From)}]{Plain(Names.Of(page, line.From))}[/] {text}"),
            MessageState.Queued => new Markup($"{time} [teal]you[/] [grey]{text}  … queued[/]"),
            MessageState.Failed => new Markup($"{time} [teal]you[/] [red]{text}  ✗ {Plain(line.Error?.Code ?? "failed")}{(Chat.IsWorthARetry(line.Error?.Code) ? " /retry" : "")}[/]"),
            { } state => new Markup($"{time} [teal]you[/] {text} {Tick(state)}"),
        };
    }

    private static Panel Input(Chat chat, string draft)
    {
        var who = chat is { Page: { } page, Peer: { } peer }
            ? $"[teal]{Plain(Names.Own(page))}[/] [grey]→[/] {Plain(Names.Of(page, peer))} "
            : "";
        // Of a long draft the end is what is being written.
        var room = Math.Max(10, AnsiConsole.Profile.Width - 40);
        var text = draft.Length > room ? "…" + draft[^room..] : draft;
        return new Panel(new Markup($"{who}[bold]{Plain(text)}[/][invert] [/]").Overflow(Overflow.Ellipsis)).Border(BoxBorder.Rounded).Expand();
    }

    private static string Description(Page page, string peer)
    {
        if (page.Groups.TryGetValue(peer, out var group))
        {
            return $"{group.Members} members";
        }

        var note = page.Presence.TryGetValue(peer, out var presence) ? presence.Note : null;
        return page.Contacts.TryGetValue(peer, out var contact) && contact.State != "friend" ? contact.State
            : Names.Presence(page, peer) + (string.IsNullOrEmpty(note) ? "" : ", " + note);
    }

    private static string Dot(string presence) => presence switch
    {
        "online" => "[green]●[/]",
        "away" => "[yellow]◐[/]",
        "busy" => "[red]●[/]",
        _ => "[grey]○[/]",
    };

    private static string Tick(MessageState state) => state switch
    {
        MessageState.Read => "[green]✓✓ read[/]",
        MessageState.Delivered => "[grey]✓✓[/]",
        _ => "[grey]✓[/]",
    };

    private static string ColorOf(string account) =>
        new[] { "yellow", "blue", "fuchsia", "olive", "aqua", "lime" }[account.Sum(letter => letter) % 6];

    /// <summary>Text as it is: no markup in it counts, and no control character reaches the terminal.</summary>
    private static string Plain(string text) =>
        Markup.Escape(string.Concat(text.Select(letter => char.IsControl(letter) && letter != '\n' ? ' ' : letter)));
}
