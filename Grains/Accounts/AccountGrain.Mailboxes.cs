using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Grains.Mailboxes;
using OrleansIM.Mail;
using OrleansIM.Mailboxes;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// The account's mailboxes (mission M1, M2): which there are, and that their channels are open while there are sessions.
/// A bridge is only ever waited for by who has asked for something of it.
/// </summary>
internal sealed partial class AccountGrain : IAccountMailboxObserver
{
    /// <summary>What a token is called that was got with a mailbox's password.</summary>
    internal const string ViaMailbox = "mailbox";

    // Made for the first mailbox: most accounts have none.
    private KnownMailboxes? _mailboxes;

    private KnownMailboxes Mailboxes => _mailboxes ??= new();

    private bool KeepsMailboxesOpen => _mailboxes is { AreKeptOpen: true };

    private IEnumerable<string> BoundMailboxes => Record.Mailboxes.Where(mailbox => mailbox.IsBound).Select(mailbox => mailbox.Address);

    public async Task<Outcome<Mailbox>> BindMailboxAsync(string session, BindMailbox request, CancellationToken cancellation)
    {
        if ((Refuse(session) ?? RefuseMailOnly(session)) is { } refusal)
        {
            return refusal;
        }

        if (!MailAddresses.TryKey(request.Address, out var address))
        {
            return NoAddress;
        }

        using var gate = await Gates.Bindings.EnterAsync(address);
        Mailboxes.Binding[address] = Mailboxes.Binding.GetValueOrDefault(address) + 1;
        try
        {
            var bound = await BindAsync(address, request, cancellation);
            _services.Audit.Write(AuditEvents.MailboxBound, _id, bound.Refusal?.Code ?? SecurityAudit.Ok, session);
            return bound.Refusal is { } refused ? refused : Refuse(session) is { } late ? late : bound;
        }
        finally
        {
            if (--Mailboxes.Binding[address] == 0)
            {
                Mailboxes.Binding.Remove(address);
            }
        }
    }

    public async Task<Outcome> UnbindMailboxAsync(string session, string address)
    {
        if ((Refuse(session) ?? RefuseMailOnly(session)) is { } refusal)
        {
            return refusal;
        }

        if (!MailAddresses.TryKey(address, out var key) || !HasMailbox(key))
        {
            return UnknownMailbox;
        }

        using var gate = await Gates.Bindings.EnterAsync(key);
        await Bridge(key).UnbindAsync(_id);
        _services.Audit.Write(AuditEvents.MailboxUnbound, _id, session: session);
        return await DropMailboxAsync(key);
    }

    public Task<bool> ShowMailboxAsync(MailboxState state)
    {
        if (!IsActive || !HasMailbox(state.Address) || (_sessions.Count == 0 && !KeepsMailboxesOpen))
        {
            return Task.FromResult(false);
        }

        var mailbox = MailboxOf(state.Address);
        if (mailbox.Take(state))
        {
            Show(mailbox);
        }

        if (state.Channel.Status is ChannelStatus.Closed && _sessions.Count > 0)
        {
            // The bridge ends with its silo, or has not heard of the sessions for too long.
            _ = KeepOpenAsync(mailbox);
        }

        return Task.FromResult(true);
    }

    public Task<bool> HasMailboxAsync(string address) => Task.FromResult(Exists && HasMailbox(address));

    public async Task<Outcome<TokenGrant>> LogInByMailboxAsync(string address) => Exists && !HasMailbox(address)
        ? RefuseSignIn(BadCredentials, ViaMailbox)
        : await GrantAsync(ViaMailbox, BadCredentials);

    private bool HasMailbox(string address) => Array.Exists(Record.Mailboxes, mailbox => mailbox.Address == address);

    private IMailboxBridgeGrain Bridge(string address) => GrainFactory.GetGrain<IMailboxBridgeGrain>(address);

    private AccountMailbox MailboxOf(string address)
    {
        if (!Mailboxes.ByAddress.TryGetValue(address, out var mailbox))
        {
            Mailboxes.ByAddress[address] = mailbox = new AccountMailbox(address);
        }

        return mailbox;
    }

    /// <summary>What friends are told of this account.</summary>
    private Profile Card() => !Exists ? Nobody(_id) : _state.Profile with { Mailboxes = BoundMailboxes.Any() ? [.. BoundMailboxes] : null };

    /// <summary>Writes it down, asks the bridge, writes down the answer. The gate of the mailbox is held.</summary>
    private async Task<Outcome<Mailbox>> BindAsync(string address, BindMailbox request, CancellationToken cancellation)
    {
        var isNew = !HasMailbox(address);
        var listed = await ChangeRecordAsync(record =>
            !Exists ? UnknownAccount
            : record.Mailboxes.Any(mailbox => mailbox.Address == address) ? record
            : record.Mailboxes.Length >= _services.MailOptions.MaxMailboxes
                ? new Refusal(ErrorCodes.LimitReached, $"address: you have {_services.MailOptions.MaxMailboxes} mailboxes already. Unbind one first.")
            : record with { Mailboxes = [.. record.Mailboxes, new BoundMailbox(address, IsBound: false)] });
        if (listed.Refusal is { } refusal)
        {
            return refusal;
        }

        MailboxOf(address).Bindings++;
        var bound = await Bridge(address).BindAsync(_id, request with { Address = address }, cancellation);
        if (bound.Refusal is { } refused)
        {
            if (isNew)
            {
                await DropMailboxAsync(address);
            }

            return refused;
        }

        if (!Exists)
        {
            // Deleted meanwhile.
            await Bridge(address).UnbindAsync(_id);
            return UnknownAccount;
        }

        var mailbox = MailboxOf(address);
        mailbox.Take(bound.Get());
        await ConfirmMailboxAsync(address);
        if (_sessions.Count > 0)
        {
            Mailboxes.AreKeptOpen = true;
            await KeepOpenAsync(mailbox);
        }

        Show(mailbox);
        return mailbox.ToMailbox();
    }

    /// <summary>The bridge says that it is bound: friends learn of it.</summary>
    private async Task ConfirmMailboxAsync(string address)
    {
        if (BoundMailboxes.Contains(address))
        {
            return;
        }

        await ChangeRecordAsync(record => record with
        {
            Mailboxes = [.. record.Mailboxes.Select(mailbox => mailbox.Address == address ? mailbox with { IsBound = true } : mailbox)],
        });
        _ = TellFriendsAsync();
    }

    /// <summary>The bridge says that it is not, or not any more, bound to this account.</summary>
    private async Task<Outcome> DropMailboxAsync(string address)
    {
        var wasBound = BoundMailboxes.Contains(address);
        var dropped = await ChangeRecordAsync(record => record with { Mailboxes = [.. record.Mailboxes.Where(mailbox => mailbox.Address != address)] });
        if (!dropped.IsRefused && wasBound)
        {
            PushSignal(MailboxJson.ChannelEvent, MailboxJson.UnboundData(address));
            _ = TellFriendsAsync();
        }

        _mailboxes?.ByAddress.Remove(address);
        return dropped;
    }

    /// <summary>
    /// Has the channels opened for the first session; later ones find them open. Returns when the page can be made: what a
    /// bridge knows is there at once, and one that cannot be reached is not waited for.
    /// </summary>
    private Task KnowMailboxesAsync()
    {
        if (KeepsMailboxesOpen || !IsActive || Record.Mailboxes.Length == 0)
        {
            return _mailboxes?.Known ?? Task.CompletedTask;
        }

        Mailboxes.AreKeptOpen = true;
        return Mailboxes.Known = Task.WhenAny(AskMailboxesAsync(), Task.Delay(_services.PresenceOptions.PageTimeout, _services.Time));
    }

    /// <summary>Says again that there are sessions: a bridge that was lost with its silo opens its channel elsewhere.</summary>
    private void KeepMailboxesOpen(DateTimeOffset now)
    {
        if (_sessions.Count > 0 && Record.Mailboxes.Length > 0 && now - Mailboxes.AskedAt >= _services.Options.SessionLease / 4)
        {
            Mailboxes.AreKeptOpen = true;
            _ = AskMailboxesAsync();
        }
    }

    private Task AskMailboxesAsync()
    {
        Mailboxes.AskedAt = _services.Time.GetUtcNow();
        return Task.WhenAll(Record.Mailboxes.Select(mailbox => KeepOpenAsync(MailboxOf(mailbox.Address))));
    }

    private async Task KeepOpenAsync(AccountMailbox mailbox)
    {
        if (mailbox.IsAsked)
        {
            return;
        }

        mailbox.IsAsked = true;
        try
        {
            var (bindings, epoch) = (mailbox.Bindings, mailbox.State?.Epoch);
            var state = await Bridge(mailbox.Address).KeepOpenAsync(_id, _services.Time.GetUtcNow() + _services.Options.SessionLease);
            if (state is null)
            {
                if (bindings == mailbox.Bindings && !Mailboxes.Binding.ContainsKey(mailbox.Address))
                {
                    await DropMailboxAsync(mailbox.Address);
                }

                return;
            }

            await ConfirmMailboxAsync(mailbox.Address);
            if (HasMailbox(mailbox.Address) && mailbox.TakeAnswer(state, epoch))
            {
                Show(mailbox);
            }
        }
#pragma warning disable CA1031 // Asked again at the next renewal.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogBridgeNotReached(failure);
        }
        finally
        {
            mailbox.IsAsked = false;
        }
    }

    /// <summary>After any change of sessions: without one the channels may close.</summary>
    private void LetMailboxesClose()
    {
        if (_sessions.Count > 0 || _mailboxes is not { AreKeptOpen: true } mailboxes)
        {
            return;
        }

        (mailboxes.AreKeptOpen, mailboxes.Known) = (false, Task.CompletedTask);
        foreach (var mailbox in Record.Mailboxes)
        {
            _ = LetCloseAsync(mailbox.Address);
        }
    }

    private async Task LetCloseAsync(string address)
    {
        try
        {
            await Bridge(address).LetCloseAsync(_id);
        }
#pragma warning disable CA1031 // It closes by itself when nobody keeps it open.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogBridgeNotReached(failure);
        }
    }

    /// <summary>Whether a token is good for less than the account: it was got with a mailbox's password, and the operator wants it so.</summary>
    private bool IsMailOnly(TokenClaims token) => _services.MailOptions.SignIn is MailSignIn.MailOnly && token.Via == ViaMailbox;

    private Refusal? RefuseMailOnly(string session) =>
        _sessions.TryGetValue(session, out var found) && IsMailOnly(found.Token) ? MailOnly : null;

    private Refusal? RefuseMailOnlyOrOther(string session) => RefuseOther(session) ?? RefuseMailOnly(session);

    private static Refusal MailOnly { get; } =
        new(ErrorCodes.Forbidden, "This session was signed in with a mailbox's password. Sign in with the account for this.");

    private static Refusal UnknownMailbox { get; } =
        new(ErrorCodes.UnknownMailbox, "address: no such mailbox is bound to this account. Bind it with mail.bind.");

    private static Refusal NoAddress { get; } = new(ErrorCodes.InvalidArgument, "address: this is no mail address.");

    /// <summary>What the account knows of its mailboxes.</summary>
    private sealed class KnownMailboxes
    {
        public Dictionary<string, AccountMailbox> ByAddress { get; } = [];

        /// <summary>Mailboxes that are being bound: until that ends, a bridge that knows nothing of it says nothing.</summary>
        public Dictionary<string, int> Binding { get; } = [];

        /// <summary>Whether their channels are.</summary>
        public bool AreKeptOpen { get; set; }
        public DateTimeOffset AskedAt { get; set; }

        /// <summary>Done when a page need not wait for the bridges (any more).</summary>
        public Task Known { get; set; } = Task.CompletedTask;

        /// <summary>Made when it is needed after a change.</summary>
        public FriendMatcher? Matcher { get; set; }
    }
}
