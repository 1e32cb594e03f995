using System.Text;

namespace OrleansIM.Mail.Tests.MailKitWire;

public sealed class PartRequestsTests
{
    private readonly MemoryStream _server = new();

    [Fact]
    public async Task Command_WhileAPartIsAsked_AsksForThePartInPlaceOfTheMail()
    {
        using var requests = new PartRequests(_server);
        using (requests.Ask("1.2", 8192))
        {
            await requests.WriteAsync("A7 UID FETCH 3:5,9 (BODY.PEEK[])\r\n"u8.ToArray());
        }

        await requests.WriteAsync("A8 NOOP\r\n"u8.ToArray());

        Assert.Equal("A7 UID FETCH 3:5,9 (BODY.PEEK[1.2]<0.8192>)\r\nA8 NOOP\r\n", Encoding.ASCII.GetString(_server.ToArray()));
    }

    [Fact]
    public async Task AnotherCommand_WhileAPartIsAsked_IsNotSent()
    {
        using var requests = new PartRequests(_server);
        using var asked = requests.Ask("1", 8192);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await requests.WriteAsync("A7 UID FETCH 3 (BODY[])\r\n"u8.ToArray()));

        Assert.Equal(0, _server.Length);
    }
}
