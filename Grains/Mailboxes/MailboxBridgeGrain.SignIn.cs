using OrleansIM.Audit;
using OrleansIM.Grains.Accounts;
using OrleansIM.Mail;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>Signing in to the account with the mailbox's own password (mission M9).</summary>
internal sealed partial class MailboxBridgeGrain
{
    private static readonly TimeSpan s_signInPatience = TimeSpan.FromSeconds(20);

    private readonly SignInThrottle _throttle;

    public async Task<Outcome<MailboxGrant>> SignInAsync(string password, CancellationToken cancellation)
    {
        if (!_throttle.TryBegin(_time.GetUtcNow(), out var pause))
        {
            return SlowDown(pause);
        }

        try
        {
            var checkedBy = Record;
            var wrong = await CheckPasswordAsync(checkedBy, password, cancellation);
            if (wrong?.Code == ErrorCodes.BadCredentials)
            {
                _throttle.Failed(_time.GetUtcNow());
            }

            if (wrong is not null)
            {
                _audit.Write(AuditEvents.SignIn, checkedBy.Owner, wrong.Code, detail: AccountGrain.ViaMailbox);
                return wrong;
            }

            _throttle.Succeeded();
            await LearnAsync(checkedBy, password);
            var granted = await Observer(checkedBy.Owner!).LogInByMailboxAsync(_address);
            return granted.Refusal is { } refusal ? refusal : new MailboxGrant { Account = checkedBy.Owner!, Grant = granted.Get() };
        }
        finally
        {
            _throttle.End();
        }
    }

    /// <summary>
    /// Null if the mail server takes the password. What is bound to nobody is refused after the work of a wrong password
    /// of an account; how long a mail server takes to refuse is its own affair.
    /// </summary>
    private async Task<Refusal?> CheckPasswordAsync(MailboxRecord record, string password, CancellationToken cancellation)
    {
        if (record.Owner is null || _options.SignIn is MailSignIn.Off)
        {
            await _hashing.VerifyAsync(null, password, cancellation);
            return BadCredentials;
        }

        using var limit = Limit(cancellation, s_signInPatience);
        try
        {
            using var place = await _places.EnterAsync(record.Imap!.Host, limit.Token);
            await using var connection = await _connector.OpenAsync(new MailAccess(record.Imap, new MailPassword(record.User, password)), limit.Token);
            return null;
        }
        catch (MailException failure)
        {
            return failure.Fault is MailFault.AuthenticationFailed ? BadCredentials : CannotAsk;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return CannotAsk;
        }
    }

    /// <summary>The password is right: if the stored one is another, it is out of date, and a channel that waits for it opens.</summary>
    private async Task LearnAsync(MailboxRecord checkedBy, string password)
    {
        using (await _recordGate.EnterAsync())
        {
            if (Record != checkedBy || _secrets.Unprotect(Record.Secret) is { Password: null })
            {
                // Bound anew meanwhile, or the channel goes by tokens.
                return;
            }

            if (!Record.IsSecretRefused && _secrets.Unprotect(Record.Secret)?.Password == password)
            {
                return;
            }

            var secret = new MailboxSecret { Password = password };
            await WriteRecordAsync(Record with { Secret = _secrets.Protect(secret), IsSecretRefused = false });
        }

        await ReopenChannelAsync();
    }

    private static Refusal BadCredentials { get; } = new(ErrorCodes.BadCredentials, "The account or the password is wrong.");

    private static Refusal CannotAsk { get; } =
        new(ErrorCodes.Unavailable, "The mail server cannot be asked right now. Try again, or sign in with the account.", TimeSpan.FromSeconds(5));
}
