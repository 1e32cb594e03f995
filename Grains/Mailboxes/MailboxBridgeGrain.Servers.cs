using OrleansIM.Mail;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>Which servers a mailbox has, and how the bridge signs in there.</summary>
internal sealed partial class MailboxBridgeGrain
{
    private static readonly TimeSpan s_beforeExpiry = TimeSpan.FromMinutes(1);

    // Besides the channel's one: for what is read and filed now and then, one after the other.
    private readonly SemaphoreSlim _secondConnection = new(1);
    private readonly SemaphoreSlim _refreshing = new(1);

    /// <summary>The servers of a request, those it leaves out by the domain's template or DNS.</summary>
    private async Task<Outcome<MailboxRecord>> ServersOfAsync(BindMailbox request, CancellationToken cancellation)
    {
        var (imap, smtp) = (Server("imap", request.Imap), Server("smtp", request.Smtp));
        if ((imap.Refusal ?? smtp.Refusal ?? CheckCardDav(request.CardDav)) is { } wrong)
        {
            return wrong;
        }

        var found = await _environment.FindServersAsync(_address, cancellation);
        if ((imap.Value ?? found.Imap) is not { } reading)
        {
            return new Refusal(ErrorCodes.InvalidArgument, "imap: the mail servers of this domain were not found. Name them: imap, and smtp for sending.");
        }

        if (imap.Value is null && found.Outside is [var elsewhere, ..])
        {
            // DNS can be forged: a password goes to another domain only if its owner says so (RFC 6186, 6).
            return new Refusal(ErrorCodes.InvalidArgument, $"imap: the domain says its mail is at {elsewhere}, outside of it. If you trust that, give the servers: imap, smtp.");
        }

        return new MailboxRecord
        {
            Imap = reading,
            // What a template says about sending is about its own server for reading.
            Smtp = smtp.Value ?? (imap.Value is null || imap.Value.Host == found.Imap?.Host ? found.Smtp : null),
            CardDav = request.CardDav ?? (imap.Value is null ? found.CardDav?.ToString() : null),
            User = request.Auth.User ?? found.User ?? _address,
        };
    }

    private static Outcome<MailServer?> Server(string name, MailServerSettings? settings)
    {
        if (settings is null)
        {
            return default(MailServer);
        }

        MailSecurity? security = settings.Security switch
        {
            "tls" => MailSecurity.Tls,
            "starttls" => MailSecurity.StartTls,
            "none" => MailSecurity.None,
            _ => null,
        };
        return security is null ? new Refusal(ErrorCodes.InvalidArgument, $"{name}.security: has to be tls, starttls or none.")
            : settings.Port is < 1 or > 65535 ? new Refusal(ErrorCodes.InvalidArgument, $"{name}.port: has to be between 1 and 65535.")
            : settings.Host.Length is 0 or > 253 ? new Refusal(ErrorCodes.InvalidArgument, $"{name}.host: has to be a host name or address.")
            : new MailServer(settings.Host, settings.Port, security.Value);
    }

    private static Refusal? CheckCardDav(string? url) =>
        url is null || (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http")
            ? null
            : new Refusal(ErrorCodes.InvalidArgument, "carddav.url: has to be an absolute http or https address.");

    /// <summary>A connection to the mailbox, signed in with the stored secret; tokens are renewed where that helps.</summary>
    private Task<IMailboxConnection> SignInAsync(CancellationToken cancellation) =>
        WithSecretAsync(credential => _connector.OpenAsync(new MailAccess(Record.Imap!, credential), cancellation), cancellation);

    /// <summary>Does something that needs the secret, and once more with new tokens if the server refuses the old ones.</summary>
    private async Task<T> WithSecretAsync<T>(Func<MailCredential, Task<T>> work, CancellationToken cancellation)
    {
        var stored = Record.Secret;
        var secret = Read(stored);
        if (secret.CanRefresh && secret.ExpiresAt is { } expires && expires <= _time.GetUtcNow() + s_beforeExpiry)
        {
            (stored, secret) = await RefreshAsync(stored, cancellation);
        }

        try
        {
            return await work(secret.Credential(Record.User));
        }
        catch (MailException failure) when (failure.Fault is MailFault.AuthenticationFailed && secret.CanRefresh)
        {
            (_, secret) = await RefreshAsync(stored, cancellation);
            return await work(secret.Credential(Record.User));
        }
    }

    /// <summary>Renews the tokens and stores them, if they are still those; else somebody else has done it.</summary>
    private async Task<(string Stored, MailboxSecret Secret)> RefreshAsync(string stored, CancellationToken cancellation)
    {
        await _refreshing.WaitAsync(cancellation);
        try
        {
            if (Record.Secret != stored)
            {
                return (Record.Secret, Read(Record.Secret));
            }

            var renewed = await _environment.RefreshAsync(Read(stored), cancellation);
            var text = _secrets.Protect(renewed);
            using var gate = await _recordGate.EnterAsync();
            if (Record.Secret == stored)
            {
                await WriteRecordAsync(Record with { Secret = text });
            }

            return (text, renewed);
        }
        finally
        {
            _refreshing.Release();
        }
    }

    private MailboxSecret Read(string stored) => _secrets.Unprotect(stored)
        ?? throw new MailException(MailFault.AuthenticationFailed, "The stored secret cannot be read any more. Bind the mailbox again.");

    /// <summary>Does something over a connection of its own, which is closed after it. One at a time.</summary>
    private async Task<T> OverSecondConnectionAsync<T>(Func<IMailboxConnection, Task<T>> work, CancellationToken cancellation)
    {
        await _secondConnection.WaitAsync(cancellation);
        try
        {
            using var place = await _places.EnterAsync(Record.Imap!.Host, cancellation);
            await using var connection = await SignInAsync(cancellation);
            place.MarkOpen();
            return await work(connection);
        }
        finally
        {
            _secondConnection.Release();
        }
    }

    /// <summary>As an answer to a client: with an end, and what the server says in words.</summary>
    private static async Task<Outcome<T>> AskServerAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var limit = Limit(cancellation);
        try
        {
            return await work(limit.Token);
        }
        catch (MailException failure)
        {
            return ChannelRules.Refusal(failure);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return TooSlow;
        }
    }
}
