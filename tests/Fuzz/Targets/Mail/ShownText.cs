using OrleansIM.Fuzz.Engine;
using OrleansIM.Mail;

namespace OrleansIM.Fuzz.Targets;

/// <summary>What is promised of every text of a mail that is shown: one line of Unicode, without control characters, not too long.</summary>
internal static class ShownText
{
    public static void Check(MailAddress who)
    {
        CheckLine(who.Name ?? "", MailText.MaxSubject, "name");
        CheckLine(who.Address, 1_000, "address");
    }

    public static void Check(MailItem mail)
    {
        Check(mail.From);
        CheckLine(mail.Subject, MailText.MaxSubject, "subject");
        CheckLine(mail.Preview, MailText.MaxPreview, "preview");
    }

    public static void CheckLine(string text, int most, string what)
    {
        if (text.Length > most || text.Any(char.IsControl) || text.AsSpan().ContainsAny('\u2028', '\u2029'))
        {
            throw new BrokenPromiseException($"a {what} is one line of a certain length", $"{text.Length} characters: {text}");
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && ++i < text.Length && char.IsLowSurrogate(text[i])))
            {
                throw new BrokenPromiseException($"a {what} is Unicode", text);
            }
        }
    }
}
