using System.Globalization;
using System.Text.Json;

namespace OrleansIM.Mail.Tests.Corpus;

/// <summary>What a good mail program shows of a mail of the corpus.</summary>
/// <param name="Subject">As <see cref="MailItem.Subject"/>.</param>
/// <param name="From">As <see cref="MailItem.From"/>.</param>
/// <param name="Preview">As <see cref="MailItem.Preview"/>.</param>
/// <param name="Date">RFC 3339, or <c>received</c> for when the server got it; null where it does not matter.</param>
public sealed record ExpectedMail(string Subject, ExpectedAddress From, string Preview, string? Date = null)
{
    private const string Received = "received";

    private static readonly JsonSerializerOptions s_reading = new(JsonSerializerDefaults.Web);

    /// <summary>The mails and what is expected of them, in their order.</summary>
    public static IReadOnlyList<(string Name, byte[] Mail, ExpectedMail Expected)> ReadAll()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Corpus", "mails");
        var expected = JsonSerializer.Deserialize<Dictionary<string, ExpectedMail>>(
            File.ReadAllText(Path.Combine(folder, "expected.json")), s_reading)!;
        var mails = Directory.GetFiles(folder, "*.eml").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), mails);
        return [.. mails.Select(name => (name, File.ReadAllBytes(Path.Combine(folder, name + ".eml")), expected[name]))];
    }

    /// <summary>Every difference, in words.</summary>
    public IEnumerable<string> DifferencesTo(MailItem mail, DateTimeOffset receivedAfter)
    {
        (string What, string? Expected, string? Actual)[] texts =
        [
            ("subject", Subject, mail.Subject),
            ("address", From.Address, mail.From.Address),
            ("name", From.Name, mail.From.Name),
            ("preview", Preview, mail.Preview),
        ];
        foreach (var (what, wanted, actual) in texts.Where(text => text.Expected != text.Actual))
        {
            yield return $"{what}: {Show(wanted)} expected, {Show(actual)} shown";
        }

        var isDate = Date switch
        {
            null => true,
            Received => mail.Date >= receivedAfter.AddMinutes(-1) && mail.Date <= receivedAfter.AddHours(1),
            _ => mail.Date == DateTimeOffset.Parse(Date, CultureInfo.InvariantCulture),
        };
        if (!isDate)
        {
            yield return $"date: {Date} expected, {mail.Date:O} shown";
        }
    }

    /// <summary>With escapes for what cannot be seen.</summary>
    private static string Show(string? text) => text is null ? "null" : JsonSerializer.Serialize(text, s_showing);

    private static readonly JsonSerializerOptions s_showing = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All),
    };
}

/// <summary>An address of <see cref="ExpectedMail"/>.</summary>
public sealed record ExpectedAddress(string Address, string? Name);
