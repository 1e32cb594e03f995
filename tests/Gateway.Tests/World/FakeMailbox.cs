using OrleansIM.Accounts;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.World;

/// <summary>A mailbox somebody can sign in with; the rest of a bridge is not the gateway's business.</summary>
internal sealed class FakeMailbox(FakeWorld world, string key) : IMailboxBridgeGrain
{
    /// <summary>The account it is bound to.</summary>
    public string? Account { get; set; }

    public string? Password { get; set; }

    /// <summary>What it refuses everybody with.</summary>
    public Refusal? Refuses { get; set; }

    /// <summary>Its mail server says nothing.</summary>
    public bool IsSilent { get; set; }

    public async Task<Outcome<MailboxGrant>> SignInAsync(string password, CancellationToken cancellation = default)
    {
        world.Calls.Enqueue($"{key}.SignIn");
        if (IsSilent)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        return Refuses is not null ? Refuses
            : Account is null || password != Password ? new Refusal(ErrorCodes.BadCredentials, "The mail server said: 535 no such user.")
            : new MailboxGrant { Account = Account, Grant = new TokenGrant { Generation = world[Account].Generation } };
    }

    public Task<Outcome<MailboxState>> BindAsync(string account, BindMailbox request, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<bool> SealAgainAsync(Guid key) => throw new NotSupportedException();

    public Task<byte[]> ExportAsync(string account) => throw new NotSupportedException();

    public Task UnbindAsync(string account) => throw new NotSupportedException();

    public Task<MailboxState?> KeepOpenAsync(string account, DateTimeOffset until) => throw new NotSupportedException();

    public Task LetCloseAsync(string account) => throw new NotSupportedException();

    public Task<Outcome<MailParty[]>> FindContactsAsync(string account, MailContactsQuery query) => throw new NotSupportedException();

    public Task<Outcome<MailList>> ListAsync(string account, MailQuery query, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<Outcome<SentMail>> SendAsync(string account, OutgoingMail mail, CancellationToken cancellation = default) => throw new NotSupportedException();
}
