using System.Text;
using OrleansIM.Contacts;
using OrleansIM.Grains.Timelines;

namespace OrleansIM.Grains.Tests.Timelines;

/// <summary>A log is read back: what its contacts say of addresses must be what was written.</summary>
public sealed class ContactDataTests
{
    [Theory]
    [InlineData(null, null, null)]
    [InlineData("a@x.y", null, null)]
    [InlineData("a@x.y", "b@x.y", null)]
    [InlineData("a@x.y", "A@x.y", "c@x.y d@x.y")]
    [InlineData(null, "b@x.y c@x.y", null)]
    [InlineData(null, null, "b@x.y")]
    [InlineData("b@x.y", null, "b@x.y")]
    public void Contact_AddressesOfEveryKind_ReadBackAsTheyWere(string? email, string? mailboxes, string? mapped)
    {
        var contact = new Contact { Account = "bob", DisplayName = "Bob", State = ContactState.Friend, Email = email, Mailboxes = Split(mailboxes), Mapped = Split(mapped) };

        var read = EntryData.ReadContact(EntryData.Contact(contact));

        Assert.Equal((contact.Email, mailboxes, mapped), (read.Email, Join(read.Mailboxes), Join(read.Mapped)));
    }

    [Fact]
    public void Contact_Addresses_AreOneListWithTheProfilesFirst()
    {
        var contact = new Contact { Account = "bob", DisplayName = "Bob", State = ContactState.Friend, Email = "a@x.y", Mailboxes = ["b@x.y", "A@x.y"], Mapped = ["c@x.y"] };

        Assert.Contains("""
            "emails":["a@x.y","b@x.y","c@x.y"],"email":"a@x.y","mailboxes":["b@x.y","A@x.y"],"mapped":["c@x.y"]
            """, Encoding.UTF8.GetString(EntryData.Contact(contact)), StringComparison.Ordinal);
    }

    private static string[]? Split(string? texts) => texts?.Split(' ');

    private static string? Join(string[]? texts) => texts is null ? null : string.Join(' ', texts);
}
