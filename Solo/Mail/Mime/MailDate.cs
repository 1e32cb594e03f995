using System.Globalization;

namespace OrleansIM.Mail;

/// <summary>Dates in mails (RFC 5322, 3.3, with the old forms of 4.3) and those that IMAP servers give.</summary>
internal static class MailDate
{
    private static readonly string[] s_months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    private static readonly char[] s_separators = [' ', '\t', '\r', '\n', ',', '-'];

    /// <summary>Null if it is no date. Without a zone, or with one that nobody knows, it is taken for UTC.</summary>
    public static DateTimeOffset? Parse(string? text)
    {
        if (text is null || text.Length > 256)
        {
            return null;
        }

        var words = Words(text);
        if (words.Count > 0 && !char.IsAsciiDigit(words[0][0]))
        {
            words.RemoveAt(0);
        }

        return words.Count >= 3
            && Number(words[0], 1, 31) is { } day
            && Month(words[1]) is { } month
            && Year(words[2]) is { } year
            && day <= DateTime.DaysInMonth(year, month)
            && Time(words.ElementAtOrDefault(3) ?? "0:00") is { } time
            ? At(new DateTime(year, month, day) + time, Offset(words.ElementAtOrDefault(4)))
            : null;
    }

    /// <summary>Without comments. The minus of a zone belongs to it; any other separates.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var (start, depth) = (-1, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : ' ';
            var isZone = c == '-' && (start < 0 || text[start..i].Contains(':'));
            var isInside = depth == 0 && c != '(' && (isZone || !s_separators.Contains(c));
            if (isInside && start < 0)
            {
                start = i;
            }
            else if (!isInside && start >= 0 || isZone && start >= 0)
            {
                words.Add(text[start..i]);
                start = isZone ? i : -1;
            }

            depth = Math.Max(0, depth + (c switch { '(' => 1, ')' => -1, _ => 0 }));
        }

        return words;
    }

    private static DateTimeOffset? At(DateTime local, TimeSpan offset)
    {
        var utc = local.Ticks - offset.Ticks;
        return utc >= DateTime.MinValue.Ticks && utc <= DateTime.MaxValue.Ticks ? new DateTimeOffset(local, offset) : null;
    }

    private static int? Number(string word, int low, int high)
        => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high ? number : null;

    private static int? Month(string word)
        => word.Length >= 3 && Array.IndexOf(s_months, word[..3].ToLowerInvariant()) is var at && at >= 0 ? at + 1 : null;

    /// <summary>Two digits up to 49 are of this century, three count from 1900 (RFC 5322, 4.3).</summary>
    private static int? Year(string word) => Number(word, 0, 9999) is not { } year ? null
        : word.Length <= 2 && year < 50 ? year + 2000
        : word.Length <= 3 ? year + 1900
        : year > 0 ? year : null;

    private static TimeSpan? Time(string word)
    {
        var parts = word.Split(':', '.');
        return parts.Length >= 2
            && Number(parts[0], 0, 23) is { } hour
            && Number(parts[1], 0, 59) is { } minute
            && Number(parts.ElementAtOrDefault(2) ?? "0", 0, 60) is { } second
            ? new TimeSpan(hour, minute, Math.Min(second, 59))
            : null;
    }

    private static TimeSpan Offset(string? zone)
    {
        if (zone is [('+' or '-') and var sign, ..] && Number(zone[1..], 0, 9999) is { } number && zone.Length is 5 or 3)
        {
            var (hours, minutes) = zone.Length == 5 ? (number / 100, number % 100) : (number, 0);
            return hours <= 14 && minutes < 60 ? new TimeSpan(hours, minutes, 0) * (sign == '-' ? -1 : 1) : TimeSpan.Zero;
        }

        return TimeSpan.FromHours(zone?.ToUpperInvariant() switch
        {
            "EDT" => -4,
            "EST" or "CDT" => -5,
            "CST" or "MDT" => -6,
            "MST" or "PDT" => -7,
            "PST" => -8,
            _ => 0,
        });
    }
}
