using OrleansIM.Client;
using OrleansIM.Protocol;

namespace OrleansIM.ConsoleChat;

/// <summary>
/// What both faces of the program share: whose page is open, with whom, what is on its way, and what is said about the
/// connection. Everything happens on the thread of the loop; the client's handlers come through the pump.
/// </summary>
internal sealed class Chat(ImClient client)
{
    /// <summary>The commands of both faces.</summary>
    public const string Commands = "/to CONTACT /add ACCOUNT /accept ACCOUNT /presence STATUS /retry /reconnect /help /quit";

    private readonly HashSet<(string Account, string From, string To)> _typing = [];
    private readonly Dictionary<(string Account, string Peer), List<ImEvent>> _older = [];
    private readonly Dictionary<string, string> _peers = [];

    public ImClient Client => client;

    /// <summary>The account whose page is open; it is the one that speaks.</summary>
    public string Account { get; private set; } = "";

    /// <summary>With whom it speaks; null for nobody.</summary>
    public string? Peer { get; private set; }

    /// <summary>Whether the session has ended for good.</summary>
    public bool IsOver { get; private set; }

    public string Connection { get; private set; } = "online";

    public bool IsOnline { get; private set; } = true;

    /// <summary>Whether anything that was asked for was not done; messages say so themselves.</summary>
    public bool HasRefused { get; private set; }

    /// <summary>Goes up with everything that may have to be shown.</summary>
    public int Version { get; private set; }

    /// <summary>Something to be told in words.</summary>
    public event Action<string>? Said;

    public event Action<ImEvent>? Happened;

    public Page? Page => client.Pages.TryGetValue(Account, out var page) ? page : null;

    public void Begin()
    {
        Account = client.Account ?? client.Pages.Keys.First();
        client.On<ImEvent>(Take);
    }

    /// <summary>Opens a page, with whom it spoke last.</summary>
    public bool Open(string account)
    {
        if (!client.Pages.TryGetValue(account, out var page))
        {
            return false;
        }

        if (page.Account != Account)
        {
            (Account, Peer) = (page.Account, _peers.GetValueOrDefault(page.Account));
        }

        Changed();
        return true;
    }

    /// <summary>Why a message was refused, and what to do about it; empty if it was not.</summary>
    public string Why(OutgoingMessage message) => message.Error switch
    {
        null => "",
        { Code: ErrorCodes.NotFriends } when client.Pages.TryGetValue(message.As, out var page) && Obstacle(page, message.To) is { Length: > 0 } obstacle =>
            $"{ErrorCodes.NotFriends}: {obstacle}",
        { } error => $"{error.Code}: {error.Message}",
    };

    public void Talk(string? peer)
    {
        Peer = peer;
        if (peer is not null)
        {
            _peers[Account] = peer;
        }

        Changed();
    }

    /// <summary>The conversation that is open, oldest first, with what is still to be sent at its end.</summary>
    public IReadOnlyList<ChatLine> Lines() =>
        Peer is { } peer ? client.Conversation(Account, peer, _older.GetValueOrDefault((Account, peer))) : [];

    public IEnumerable<string> WhoTypes() => _typing.Where(typing => typing.Account == Account
        && (Same(typing.From, Peer) || Same(typing.To, Peer))).Select(typing => typing.From);

    /// <summary>Into the outbox: it is sent when there is a connection, once, and <see cref="OutgoingChanged"/> says how far it came.</summary>
    public Task SendAsync(string text) => DoAsync("not sent", async () =>
    {
        if (Peer is { } peer)
        {
            await client.EnqueueAsync(Account, peer, text);
        }
        else
        {
            Refuse("not sent", "nobody is chosen to write to; /to CONTACT, or /add ACCOUNT to ask somebody new");
        }
    });

    /// <summary>Reads what is older than the oldest message that is shown.</summary>
    public async Task ReadOlderAsync()
    {
        if (Peer is not { } peer)
        {
            return;
        }

        await DoAsync("reading what is older", async () =>
        {
            var part = await client.HistoryAsync(Account, peer, before: Lines() is [var oldest, ..] ? oldest.Seq : null, limit: 50);
            if (!_older.TryGetValue((Account, peer), out var older))
            {
                _older[(Account, peer)] = older = [];
            }

            older.AddRange(part.Events);
            Say(part.Events.Count == 0 ? "That is where it begins." : $"{part.Events.Count} older events read.");
        });
    }

    /// <summary>Marks the open conversation as read.</summary>
    public Task MarkReadAsync()
    {
        var last = Lines().LastOrDefault(line => !line.IsOwn);
        return Peer is { } peer && last?.Seq is { } seq && Page?.Unread.ContainsKey(peer) == true
            ? DoAsync("/read", () => client.MarkReadAsync(Account, peer, seq))
            : Task.CompletedTask;
    }

    public Task TypingAsync(bool on) =>
        Peer is { } peer && IsOnline ? DoAsync(null, () => client.SetTypingAsync(Account, peer, on)) : Task.CompletedTask;

    /// <summary>Does what a command says that is the same on a screen and line by line, and refuses what is none.</summary>
    /// <param name="command">The command, with its slash.</param>
    /// <param name="what">What stands behind it. <c>/add</c> and <c>/accept</c> are about who is open, if that can be and nobody is named.</param>
    /// <param name="help">The commands there are.</param>
    public Task ObeyAsync(string command, string what, string help) => (command, what.Length > 0 ? what : WhomItConcerns(command)) switch
    {
        ("/help", _) => Told(() => Say(help)),
        ("/to", "") => Told(() => Refuse(command, $"with whom? {command} CONTACT")),
        ("/add" or "/accept", "") => Told(() => Refuse(command, $"whom? {command} ACCOUNT")),
        ("/presence", "") => Told(() => Refuse(command, $"which? {command} online|away|busy|invisible")),
        ("/to", var peer) => Told(() => Meet(peer)),
        ("/add", var account) => AddAsync(account),
        ("/accept", var account) => AcceptAsync(account),
        ("/presence", var status) => PresenceAsync(status),
        ("/retry", _) => RetryAsync(),
        ("/reconnect", _) => Told(Reconnect),
        _ => Told(() => Refuse(command, $"there is no such command; there are {help}")),
    };

    public void Say(string text)
    {
        Said?.Invoke(text);
        Changed();
    }

    /// <summary>Tells that something was not done, and counts it.</summary>
    public void Refuse(string what, string why)
    {
        HasRefused = true;
        Say($"{what}: {why}");
    }

    /// <summary>Whether another try can bring a message through that was refused, once those it concerns have agreed.</summary>
    public static bool IsWorthARetry(string? code) => code is null or ErrorCodes.NotFriends or ErrorCodes.Blocked
        || (ErrorCodes.All.TryGetValue(code, out var known) && known.Retry != Retry.Never);

    private static bool Same(string? one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static string NotAccepted(string account) => $"{account} has not accepted yet";

    /// <summary>Why nothing reaches somebody from a page, and what to do about it; empty for a friend and for a group.</summary>
    private static string Obstacle(Page page, string peer) => (page.Contacts.TryGetValue(peer, out var contact) ? contact.State : null) switch
    {
        "requested" => NotAccepted(peer),
        "pending" => $"{peer} asks to be friends; /accept {peer} first",
        _ => Knows(page, peer) ? "" : $"{peer} is no contact; /add {peer} asks to be friends",
    };

    private static bool Knows(Page page, string peer) => Names.Peers(page).Any(known => Same(known, peer));

    private static Task Told(Action tell)
    {
        tell();
        return Task.CompletedTask;
    }

    private string WhomItConcerns(string command) => (command, Page, Peer) switch
    {
        ("/add", { } page, { } peer) when !Knows(page, peer) => peer,
        ("/accept", { } page, { } peer) when page.Contacts.TryGetValue(peer, out var contact) && contact.State == "pending" => peer,
        _ => "",
    };

    private void Meet(string peer)
    {
        Talk(peer);
        Say($"[{Account}] speaks to {peer}{(Page is { } page && Obstacle(page, peer) is { Length: > 0 } obstacle ? $"; {obstacle}" : "")}");
    }

    private Task AddAsync(string account) => DoAsync($"/add {account}", async () =>
    {
        var state = await client.RequestContactAsync(Account, account);
        Say($"/add {account}: {(state == "friend" ? "you are friends" : $"asked; {NotAccepted(account)}")}");
    });

    private Task AcceptAsync(string account) => DoAsync($"/accept {account}", async () =>
    {
        await client.AcceptContactAsync(Account, account);
        Say($"/accept {account}: you are friends");
    });

    private Task PresenceAsync(string status) => DoAsync($"/presence {status}", async () =>
    {
        await client.SetPresenceAsync(status);
        Say($"/presence {status}: set");
    });

    private void Reconnect()
    {
        client.Reconnect();
        Say(IsOnline ? "/reconnect: there is a connection; it is asked for a sign of life" : "/reconnect: trying now");
    }

    /// <summary>Tries what was refused in the open conversation once more.</summary>
    private Task RetryAsync() => DoAsync("/retry", () =>
    {
        var failed = client.Outbox(Account, Peer).Where(message => message.State == MessageState.Failed).ToList();
        failed.ForEach(message => client.Retry(message.Cid));
        Say(failed.Count == 0 ? "/retry: nothing was refused here" : $"/retry: {failed.Count} to be sent again");
        return Task.CompletedTask;
    });

    /// <param name="what">What is said not to have been done if it is refused; null to say nothing.</param>
    /// <param name="action">What to do.</param>
    private async Task DoAsync(string? what, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (ImException refused)
        {
            if (what is not null)
            {
                Refuse(what, $"{refused.Code}: {refused.Message}");
            }
        }

        Changed();
    }

    private void Take(ImEvent happened)
    {
        switch (happened)
        {
            case MessageReceived message:
                _typing.Remove((message.Account, message.From, message.To));
                break;
            case TypingChanged { On: true } typing:
                _typing.Add((typing.Account, typing.From, typing.To));
                break;
            case TypingChanged typing:
                _typing.Remove((typing.Account, typing.From, typing.To));
                break;
            case Reconnecting again:
                (IsOnline, Connection) = (false, $"offline, attempt {again.Attempt} in {again.Delay.TotalSeconds:0.0} s");
                break;
            case Reconnected:
                (IsOnline, Connection) = (true, "online");
                break;
            case SignedOut end:
                (IsOnline, IsOver, Connection) = (false, true, "signed out" + (end.Error is null ? "" : ": " + end.Error.Message));
                break;
            case PageGone gone when gone.Account == Account:
                _peers.Remove(gone.Account);
                Account = client.Account ?? client.Pages.Keys.FirstOrDefault("");
                Peer = _peers.GetValueOrDefault(Account);
                break;
        }

        Happened?.Invoke(happened);
        Changed();
    }

    private void Changed() => Version++;
}
