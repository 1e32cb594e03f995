using System.Globalization;

namespace OrleansIM.Mail;

/// <content>What the server says unasked.</content>
internal sealed partial class ImapSession
{
    private void TakeUntagged(ref ImapParser parser, ImapUntagged? untagged)
    {
        var number = 0u;
        if (parser.TryNumber(out var read))
        {
            number = (uint)Math.Min(read, uint.MaxValue);
            parser.SkipSpaces();
        }

        var name = parser.WordText().ToUpperInvariant();
        if (name.Length == 0)
        {
            throw MailFaults.Garbage(Host, "a line begins with no word that it knows");
        }

        if (ImapStatus.TryCondition(name, out var condition))
        {
            var status = Known(condition, parser.Rest);
            if (condition == ImapCondition.Bye && !_isLeaving)
            {
                throw MailFaults.Closed(Host, status.Text);
            }

            return;
        }

        parser.SkipSpaces();
        if (untagged?.Invoke(name, number, ref parser) != true)
        {
            TakeNews(name, number, ref parser);
        }
    }

    private void TakeNews(string name, uint number, ref ImapParser rest)
    {
        switch (name)
        {
            case "CAPABILITY":
                Capabilities = ImapCapabilities.Parse(rest.Rest);
                break;
            case "EXISTS":
                Mailbox.HasChanged |= number != Mailbox.Exists;
                Mailbox.Exists = number;
                break;
            case "EXPUNGE":
                Mailbox.HasChanged = true;
                Mailbox.Exists -= Math.Min(1, Mailbox.Exists);
                break;
            case "VANISHED" or "FETCH":
                Mailbox.HasChanged = true;
                break;
        }
    }

    private void TakeCode(ImapStatus status)
    {
        switch (status.Code)
        {
            case "CAPABILITY":
                Capabilities = ImapCapabilities.Parse(status.Argument);
                break;
            case "UIDVALIDITY" when uint.TryParse(status.Argument, NumberStyles.None, CultureInfo.InvariantCulture, out var validity):
                Mailbox.UidValidity = validity;
                break;
            case "UIDNEXT" when uint.TryParse(status.Argument, NumberStyles.None, CultureInfo.InvariantCulture, out var next):
                Mailbox.UidNext = next;
                break;
            case "HIGHESTMODSEQ" when ulong.TryParse(status.Argument, NumberStyles.None, CultureInfo.InvariantCulture, out var changes):
                Mailbox.HighestModSeq = changes;
                break;
        }
    }
}
