using System.Text;
using OrleansIM.Client.Tests.Scripted;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Tests;

/// <summary>Mail contacts of this device: vCard files, and what the server found.</summary>
public sealed class MailContactTests
{
    private const string Cards = """
        BEGIN:VCARD
        VERSION:4.0
        FN:Ben Baker
        EMAIL;PREF=1:Ben@Example.test
        EMAIL;TYPE=work:ben@work.test
        EMAIL:no address
        END:VCARD
        BEGIN:VCARD
        VERSION:3.0
        N:Zöller;Zoë;;;
        EMAIL;TYPE=INTERNET:zoe@example.test
        END:VCARD
        BEGIN:VCARD
        VERSION:3.0
        FN:Nobody
        END:VCARD
        BEGIN:VCARD
        VERSION:4.0
        KIND:group
        FN:Friends
        EMAIL:list@example.test
        END:VCARD
        """;

    [Fact]
    public async Task Import_OfCards_IsKeptAndKnowsTheFriend()
    {
        const string friend = ""","contacts":[{"account":"ben","displayName":"Ben B","remark":"Benny","state":"friend","emails":["ben@example.test"]},{"account":"cat","state":"requested","emails":["zoe@example.test"]}]""";
        var store = new MemoryStore();
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", more: friend)], with: options => options with { Store = store });
        var found = session.Client.FindMailContactsAsync("ann", "a@x");
        await session.Stream.OkAsync(await session.Stream.ReadAsync("mail.contacts"), """{"contacts":[{"address":"BEN@work.test","name":"From the server"}]}""");
        await found.Time("the contacts");

        Assert.Equal(new ImportedContacts { Cards = 3, Added = 3, WithoutAddress = 1 }, await ImportAsync(session.Client, Cards));
        await session.CloseAsync();

        await using var client = session.Server.Client(with: options => options with { Store = store });
        await client.OpenAsync(new Session("ann", "t1")).Time("the store");
        Assert.Equal(
            ["Ben@example.test Ben Baker ben Benny", "ben@work.test Ben Baker  ", "zoe@example.test Zoë Zöller  "],
            (await client.StoredMailContactsAsync("ann")).Select(Show));
        Assert.Equal(
            ["BEN@work.test From the server  ", "Ben@example.test Ben Baker ben Benny", "zoe@example.test Zoë Zöller  "],
            (await client.StoredMailContactsAsync("ann", "A@x")).Select(Show));

        var again = await ImportAsync(client, "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ben\r\n  Bäcker\r\nEMAIL:ben@example.test\r\nEMAIL:new@example.test\r\nEND:VCARD\r\n");
        Assert.Equal(new ImportedContacts { Cards = 1, Added = 1, Renamed = 1 }, again);
        Assert.Contains("Ben@example.test Ben Bäcker ben Benny", (await client.StoredMailContactsAsync("ann")).Select(Show));

        await client.ForgetImportedContactsAsync("ann").Time("the store");
        Assert.Empty(await client.StoredMailContactsAsync("ann"));
        Assert.DoesNotContain(await store.ReadAsync($"http://127.0.0.1:{session.Server.Address.Port} ann"), record => record.Key == "ann/imported");

        static string Show(MailParty contact) => $"{contact.Address} {contact.Name} {contact.Friend?.Account} {contact.Friend?.Name}";
    }

    [Theory]
    [InlineData("", ErrorCodes.InvalidArgument)]
    [InlineData("name,address\r\nBen,ben@example.test\r\n", ErrorCodes.InvalidArgument)]
    public async Task Import_OfSomethingElse_SaysSo(string file, string code)
    {
        await using var session = await SignedIn.StartAsync();
        await ImportAsync(session.Client, file).Refused(code, "the refusal");
        Assert.Empty(await session.Client.StoredMailContactsAsync("ann"));
    }

    [Fact]
    public async Task Import_OfTooMuch_ImportsNothing()
    {
        await using var session = await SignedIn.StartAsync();
        await ImportAsync(session.Client, Many(0, 5001)).Refused(ErrorCodes.LimitReached, "too many cards");
        await ImportAsync(session.Client, Many(0, 3000)).Time("the first");
        await ImportAsync(session.Client, Many(2999, 2002)).Refused(ErrorCodes.LimitReached, "too many addresses");
        Assert.Equal(3000, (await session.Client.StoredMailContactsAsync("ann")).Count);
        await session.Client.ImportMailContactsAsync("ann", new MemoryStream(new byte[(16 * 1024 * 1024) + 1])).Refused(ErrorCodes.TooLarge, "too large a file");
        await session.Client.ImportMailContactsAsync("zoe", new MemoryStream()).Refused(ErrorCodes.Forbidden, "a stranger");

        static string Many(int first, int count) => string.Concat(
            Enumerable.Range(first, count).Select(i => $"BEGIN:VCARD\nVERSION:4.0\nFN:N{i}\nEMAIL:n{i}@example.test\nEND:VCARD\n"));
    }

    [Fact]
    public async Task Import_OfNamesWithTraps_KeepsOneLineOfABoundedLength()
    {
        await using var session = await SignedIn.StartAsync();
        await ImportAsync(session.Client, $"BEGIN:VCARD\nVERSION:3.0\nFN:One\\nTwo\u0007{new string('x', 300)}\nEMAIL:a@example.test\nEND:VCARD").Time("the import");
        var name = Assert.Single(await session.Client.StoredMailContactsAsync("ann")).Name!;
        Assert.StartsWith("One Twoxxx", name, StringComparison.Ordinal);
        Assert.Equal(256, name.Length);
    }

    private static Task<ImportedContacts> ImportAsync(ImClient client, string file) =>
        client.ImportMailContactsAsync("ann", new MemoryStream(Encoding.UTF8.GetBytes(file)));
}
