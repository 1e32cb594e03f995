using OrleansIM.Client;
using OrleansIM.Protocol;

namespace OrleansIM.ConsoleChat;

/// <summary>
/// What both faces of the program share: whose page is open, with whom, what is on its way, and what is said about the
/// connection. Everything happens on the thread of the loop; the client's handlers come through the pump.
/// </summary>
internal sealed class Chat(ImClient client)
{
    private readonly HashSet<(string Account, string From, string To)> _typing = [];
    private readonly Dictionary<(string Account, string Peer), List<ImEvent>> _older = [];

    public ImClient Client => client;

    /// <summary>The account whose page is open; it is the one that speaks.</summary>
    public string Account { get; private set; } = "";

    /// <summary>With whom it speaks; null for nobody.</summary>
    public string? Peer { get; private set; }

    /// <summary>Whether the session has ended for good.</summary>
    public bool IsOver { get; private set; }

    public string Connection { get; private set; } = "online";

    public bool IsOnline { get; private set; } = true;

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

    public bool Open(string account)
    {
        if (!client.Pages.TryGetValue(account, out var page))
        {
            return false;
        }

        if (page.Account != Account)
        {
            (Account, Peer) = (page.Account, null);
        }

        Changed();
        return true;
    }

    /// <summary>Whether somebody is on the page that is open: a contact, or a group.</summary>
    public bool Knows(string peer) => Page is { } page && Names.Peers(page).Any(known => Same(known, peer));

    /// <summary>What to do about a message that was refused; empty if there is nothing to say.</summary>
    public static string Hint(OutgoingMessage message) =>
        message.Error?.Code == ErrorCodes.NotFriends ? $"; /add {message.To} asks to be friends" : "";

    public void Talk(string? peer)
    {
        Peer = peer;
        Changed();
    }

    /// <summary>The conversation that is open, oldest first, with what is still to be sent at its end.</summary>
    public IReadOnlyList<ChatLine> Lines() =>
        Peer is { } peer ? client.Conversation(Account, peer, _older.GetValueOrDefault((Account, peer))) : [];

    public IEnumerable<string> WhoTypes() => _typing.Where(typing => typing.Account == Account
        && (Same(typing.From, Peer) || Same(typing.To, Peer))).Select(typing => typing.From);

    /// <summary>Into the outbox: it is sent when there is a connection, once, and <see cref="OutgoingChanged"/> says how far it came.</summary>
    public Task SendAsync(string text) => DoAsync(async () =>
    {
        if (Peer is { } peer)
        {
            await client.EnqueueAsync(Account, peer, text);
        }
        else
        {
            Say("Nobody is chosen to write to: /to CONTACT, or /add ACCOUNT to ask somebody new.");
        }
    });

    /// <summary>Tries what was refused in the open conversation once more.</summary>
    public Task RetryAsync() => DoAsync(() =>
    {
        foreach (var failed in client.Outbox(Account, Peer).Where(message => message.State == MessageState.Failed))
        {
            client.Retry(failed.Cid);
        }

        return Task.CompletedTask;
    });

    /// <summary>Reads what is older than the oldest message that is shown.</summary>
    public async Task ReadOlderAsync()
    {
        if (Peer is not { } peer)
        {
            return;
        }

        await DoAsync(async () =>
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
            ? DoAsync(() => client.MarkReadAsync(Account, peer, seq))
            : Task.CompletedTask;
    }

    public Task TypingAsync(bool on) =>
        Peer is { } peer && IsOnline ? DoAsync(() => client.SetTypingAsync(Account, peer, on), silent: true) : Task.CompletedTask;

    public Task AddAsync(string account) => DoAsync(async () =>
        Say($"{account}: {await client.RequestContactAsync(Account, account)}"));

    public Task AcceptAsync(string account) => DoAsync(() => client.AcceptContactAsync(Account, account));

    public Task PresenceAsync(string status) => DoAsync(() => client.SetPresenceAsync(status));

    /// <summary>What a command does that is the same on a screen and line by line; null if it is none of those.</summary>
    public Func<Task>? Command(string name, string what) => name switch
    {
        "/add" => () => AddAsync(what),
        "/accept" => () => AcceptAsync(what),
        "/presence" => () => PresenceAsync(what),
        "/retry" => RetryAsync,
        _ => null,
    };

    public void Say(string text)
    {
        Said?.Invoke(text);
        Changed();
    }

    private static bool Same(string? one, string? other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private async Task DoAsync(Func<Task> action, bool silent = false)
    {
        try
        {
            await action();
        }
        catch (ImException refused)
        {
            if (!silent)
            {
                Say(refused.Message);
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
                (Account, Peer) = (client.Account ?? client.Pages.Keys.FirstOrDefault(""), null);
                break;
        }

        Happened?.Invoke(happened);
        Changed();
    }

    private void Changed() => Version++;
}
