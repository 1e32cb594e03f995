using System.Globalization;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace OrleansIM.Mail;

/// <summary>Hands one message over, and keeps what the server says about each recipient.</summary>
internal sealed class SubmissionClient(string host) : SmtpClient, ITransferProgress
{
    private readonly List<RefusedRecipient> _refused = [];
    private readonly Dictionary<MailboxAddress, string> _recipients = [];
    private bool _mayBeTaken;

    public async Task<MailSubmitted> SubmitAsync(MailSubmission submission, CancellationToken cancellation)
    {
        if (Impossible(submission) is { } reason)
        {
            return RefuseAll(submission, isTemporary: false, reason);
        }

        var from = Address(submission.From)!;
        AddRecipients(submission.Recipients);
        if (_recipients.Count == 0)
        {
            return new MailSubmitted(_refused);
        }

        try
        {
            var format = FormatOptions.Default.Clone();
            format.International = WireMessage.HasWideHeader(submission.Message);
            using var message = WireMessage.Read(submission.Message);
            await SendAsync(format, message, from, _recipients.Keys, cancellation, this);
        }
        catch (SmtpCommandException refusal) when (!IsGoodbye(refusal.StatusCode) || _mayBeTaken)
        {
            if (_refused.Count < submission.Recipients.Count)
            {
                return RefuseAll(submission, IsTemporary(refusal.StatusCode), Reply(refusal.StatusCode, refusal.Message));
            }
        }
        catch (Exception failure) when (_mayBeTaken)
        {
            throw new MailException(
                MailFault.OutcomeUnknown, $"{host} got the mail and did not say whether it took it. It may be on its way.", failure);
        }

        return new MailSubmitted(_refused);
    }

    /// <summary>Told by MailKit as the message goes out. From its end on nobody can say whether the server has it, until it does.</summary>
    public void Report(long bytesTransferred, long totalSize) => _mayBeTaken |= bytesTransferred >= totalSize;

    public void Report(long bytesTransferred) => _mayBeTaken = true;

    /// <summary>The message is as it is to be.</summary>
    protected override void Prepare(FormatOptions options, MimeMessage message, EncodingConstraint constraint, int maxLineLength)
    {
    }

    protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        if (IsGoodbye(response.StatusCode))
        {
            throw MailKitFaults.Closed(host, response.Response);
        }

        _refused.Add(new RefusedRecipient(_recipients[mailbox], IsTemporary(response.StatusCode), Reply(response.StatusCode, response.Response)));
    }

    /// <summary>Why there is no need to ask, or null.</summary>
    private string? Impossible(MailSubmission submission)
    {
        if (Address(submission.From) is not { } from)
        {
            return "553 5.1.7 The sender's address cannot be written in a mail.";
        }

        if ((WireMessage.HasWideHeader(submission.Message) || IsWide(from)) && !IsInternational)
        {
            return "553 5.6.7 The mail server cannot send to or from addresses beyond ASCII (SMTPUTF8).";
        }

        return Capabilities.HasFlag(SmtpCapabilities.Size) && MaxSize > 0 && submission.Message.Length > MaxSize
            ? string.Create(CultureInfo.InvariantCulture, $"552 5.3.4 The mail is too long: the mail server takes {MaxSize / 1024:n0} KiB.")
            : null;
    }

    private bool IsInternational => Capabilities.HasFlag(SmtpCapabilities.UTF8) && Capabilities.HasFlag(SmtpCapabilities.EightBitMime);

    private void AddRecipients(IReadOnlyList<string> recipients)
    {
        foreach (var recipient in recipients)
        {
            if (Address(recipient) is not { } address)
            {
                _refused.Add(new RefusedRecipient(recipient, false, "553 5.1.3 The address cannot be written in a mail."));
            }
            else if (IsWide(address) && !IsInternational)
            {
                _refused.Add(new RefusedRecipient(recipient, false, "553 5.6.7 The mail server cannot send to addresses beyond ASCII (SMTPUTF8)."));
            }
            else
            {
                // Named twice, it gets the mail once.
                _recipients.TryAdd(address, recipient);
            }
        }
    }

    private MailSubmitted RefuseAll(MailSubmission submission, bool isTemporary, string reply)
    {
        var known = _refused.Select(static refused => refused.Address).ToHashSet(StringComparer.Ordinal);
        return new MailSubmitted([
            .. _refused,
            .. submission.Recipients.Where(recipient => !known.Contains(recipient)).Select(recipient => new RefusedRecipient(recipient, isTemporary, reply))]);
    }

    /// <summary>The address, or null if it cannot stand between angle brackets and stay there.</summary>
    private static MailboxAddress? Address(string address)
        => EnvelopeAddress.IsSafe(address) ? new MailboxAddress("", address) : null;

    /// <summary>Beyond ASCII before the @; a domain has an ASCII form (RFC 3490).</summary>
    private static bool IsWide(MailboxAddress address) => !Ascii.IsValid(address.Address.AsSpan(0, address.Address.LastIndexOf('@')));

    private static bool IsGoodbye(SmtpStatusCode code) => code == SmtpStatusCode.ServiceNotAvailable;

    private static bool IsTemporary(SmtpStatusCode code) => (int)code is >= 400 and < 500;

    private static string Reply(SmtpStatusCode code, string text) => MailKitFaults.Reply(string.Create(CultureInfo.InvariantCulture, $"{(int)code} {text}"));
}
