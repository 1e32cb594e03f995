namespace OrleansIM.Mail;

/// <summary>Which folder is the one for sent mail where no server says it with the attribute \Sent (RFC 6154).</summary>
public static class SentFolderNames
{
    private static readonly string[] s_names =
    [
        "Sent", "Sent Items", "Sent Messages", "Sent Mail", "Sent-Mail", "Gesendet", "Gesendete Elemente", "Gesendete Objekte",
        "Envoyés", "Éléments envoyés", "Messages envoyés", "Enviados", "Elementos enviados", "Posta inviata", "Inviata",
        "Verzonden", "Verzonden items", "Skickat", "Wysłane", "Отправленные", "已发送", "已发送邮件", "寄件備份", "送信済み", "보낸편지함",
    ];

    /// <summary>What a new one is called.</summary>
    public static string New => s_names[0];

    /// <summary>How good a folder is by its name, 0 the best; null if it is none for sent mail.</summary>
    /// <param name="name">The folder's own name.</param>
    /// <param name="above">The path of the folder it is in; empty at the top.</param>
    /// <remarks>Only at the top, in INBOX, or in what Gmail puts its own into: a folder deeper is somebody's archive.</remarks>
    public static int? Rank(string name, string above)
    {
        var at = Array.FindIndex(s_names, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        return at < 0 || above.Length > 0 && !above.Equals("INBOX", StringComparison.OrdinalIgnoreCase) && !above.StartsWith("[G", StringComparison.Ordinal)
            ? null
            : at * 2 + (above.Length > 0 ? 1 : 0);
    }
}
