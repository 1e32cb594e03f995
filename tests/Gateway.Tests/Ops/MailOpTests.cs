using OrleansIM.Gateway.Tests.World;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Ops;

public sealed class MailOpTests : IAsyncLifetime
{
    private const string Auth = "\"auth\":{\"type\":\"password\",\"password\":\"secret\"}";
    private const string Mail = "\"subject\":\"s\",\"text\":\"t\",\"cid\":\"1\"";

    private GatewayHost _host = null!;
    private StreamClient _ann = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _host.World.Add("ann");
        _ann = await _host.SignInAsync("ann");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private object? Asked => _host.World["ann"].AskedOfMail;

    public static TheoryData<string, string, string> RefusedBindings() => new()
    {
        { $$"""{"op":"mail.bind","address":"a@b.c",{{Auth}}}""", ErrorCodes.InvalidArgument, "as:" },
        { $$"""{"op":"mail.bind","as":"bob","address":"a@b.c",{{Auth}}}""", ErrorCodes.Forbidden, "bob" },
        { Bind("\"x\":1", address: "null"), ErrorCodes.InvalidArgument, "address:" },
        { Bind("\"x\":1", address: "\"a@b@c\""), ErrorCodes.InvalidArgument, "address:" },
        { Bind("\"x\":1", address: "\"Ann <a@b.c>\""), ErrorCodes.InvalidArgument, "address:" },
        { Bind("\"x\":1", address: "[\"a@b.c\"]"), ErrorCodes.InvalidArgument, "address:" },
        { Bind("\"imap\":\"mail.b.c\""), ErrorCodes.InvalidArgument, "imap:" },
        { Bind("\"imap\":{\"port\":993,\"security\":\"tls\"}"), ErrorCodes.InvalidArgument, "imap.host:" },
        { Bind("\"imap\":{\"host\":\"a b\",\"port\":993,\"security\":\"tls\"}"), ErrorCodes.InvalidArgument, "imap.host:" },
        { Bind("\"imap\":{\"host\":\"mail.b.c:993\",\"port\":993,\"security\":\"tls\"}"), ErrorCodes.InvalidArgument, "imap.host:" },
        { Bind("\"imap\":{\"host\":\"mail.b.c\\r\\n\",\"port\":993,\"security\":\"tls\"}"), ErrorCodes.InvalidArgument, "imap.host:" },
        { Bind("\"imap\":{\"host\":\"mail.b.c\",\"security\":\"tls\"}"), ErrorCodes.InvalidArgument, "imap.port:" },
        { Bind("\"imap\":{\"host\":\"mail.b.c\",\"port\":0,\"security\":\"tls\"}"), ErrorCodes.InvalidArgument, "imap.port:" },
        { Bind("\"imap\":{\"host\":\"mail.b.c\",\"port\":65536,\"security\":\"tls\"}"), ErrorCodes.InvalidArgument, "imap.port:" },
        { Bind("\"imap\":{\"host\":\"mail.b.c\",\"port\":\"993\",\"security\":\"tls\"}"), ErrorCodes.InvalidArgument, "imap.port:" },
        { Bind("\"imap\":{\"host\":\"mail.b.c\",\"port\":993}"), ErrorCodes.InvalidArgument, "imap.security:" },
        { Bind("\"smtp\":{\"host\":\"mail.b.c\",\"port\":587,\"security\":\"STARTTLS\"}"), ErrorCodes.InvalidArgument, "smtp.security:" },
        { Bind("\"carddav\":\"https://b.c\""), ErrorCodes.InvalidArgument, "carddav:" },
        { Bind("\"carddav\":{}"), ErrorCodes.InvalidArgument, "carddav.url:" },
        { Bind("\"carddav\":{\"url\":\"b.c\"}"), ErrorCodes.InvalidArgument, "carddav.url:" },
        { Bind("\"carddav\":{\"url\":\"file:///etc/passwd\"}"), ErrorCodes.InvalidArgument, "carddav.url:" },
        { Bind("\"carddav\":{\"url\":\"https://ann:secret@b.c/\"}"), ErrorCodes.InvalidArgument, "carddav.url:" },
        { Bind("\"x\":1", auth: "\"y\":1"), ErrorCodes.InvalidArgument, "auth:" },
        { Bind("\"x\":1", auth: "\"auth\":\"secret\""), ErrorCodes.InvalidArgument, "auth:" },
        { Bind("\"x\":1", auth: "\"auth\":{}"), ErrorCodes.InvalidArgument, "auth.type:" },
        { Bind("\"x\":1", auth: "\"auth\":{\"type\":\"kerberos\"}"), ErrorCodes.InvalidArgument, "auth.type:" },
        { Bind("\"x\":1", auth: "\"auth\":{\"type\":\"password\"}"), ErrorCodes.InvalidArgument, "auth.password:" },
        { Bind("\"x\":1", auth: $"\"auth\":{{\"type\":\"password\",\"password\":\"{new string('p', 257)}\"}}"), ErrorCodes.InvalidArgument, "auth.password:" },
        { Bind("\"x\":1", auth: "\"auth\":{\"type\":\"password\",\"password\":\"a\\u0000b\"}"), ErrorCodes.InvalidArgument, "auth.password:" },
        { Bind("\"x\":1", auth: "\"auth\":{\"type\":\"password\",\"password\":\"p\",\"user\":\"a\\nb\"}"), ErrorCodes.InvalidArgument, "auth.user:" },
        { Bind("\"x\":1", auth: "\"auth\":{\"type\":\"oauth2\",\"password\":\"p\"}"), ErrorCodes.InvalidArgument, "auth.accessToken:" },
        { Bind("\"x\":1", auth: "\"auth\":{\"type\":\"oauth2\",\"accessToken\":\"a\\u0001b\"}"), ErrorCodes.InvalidArgument, "auth.accessToken:" },
        { Bind("\"x\":1", auth: "\"auth\":{\"type\":\"oauth2\",\"accessToken\":\"a\",\"refreshToken\":\"r\"}"), ErrorCodes.InvalidArgument, "auth.tokenEndpoint:" },
        { Bind("\"x\":1", auth: "\"auth\":{\"type\":\"oauth2\",\"accessToken\":\"a\",\"tokenEndpoint\":\"x\"}"), ErrorCodes.InvalidArgument, "auth.tokenEndpoint:" },
    };

    public static TheoryData<string, string, string> Refused()
    {
        var many = string.Join(',', Enumerable.Range(0, 60).Select(number => $"\"m{number}\""));
        var manyAddresses = string.Join(',', Enumerable.Range(0, 41).Select(number => $"\"m{number}@b.c\""));
        return new()
        {
            { """{"op":"mail.unbind","address":"a@b.c"}""", ErrorCodes.InvalidArgument, "as:" },
            { """{"op":"mail.unbind","as":"ann"}""", ErrorCodes.InvalidArgument, "address:" },
            { """{"op":"mail.contacts","as":"bob","address":"a@b.c"}""", ErrorCodes.Forbidden, "bob" },
            { """{"op":"mail.contacts","as":"ann","address":""}""", ErrorCodes.InvalidArgument, "address:" },
            { """{"op":"mail.contacts","as":"ann","address":"a@b.c","query":7}""", ErrorCodes.InvalidArgument, "query:" },
            { $$"""{"op":"mail.contacts","as":"ann","address":"a@b.c","query":"{{new string('q', 129)}}"}""", ErrorCodes.InvalidArgument, "query:" },
            { """{"op":"mail.contacts","as":"ann","address":"a@b.c","limit":0}""", ErrorCodes.InvalidArgument, "limit:" },
            { """{"op":"mail.contacts","as":"ann","address":"a@b.c","limit":501}""", ErrorCodes.InvalidArgument, "limit:" },
            { """{"op":"mail.map","as":"ann","address":"x@y.z"}""", ErrorCodes.InvalidArgument, "friend:" },
            { """{"op":"mail.map","as":"ann","address":"x","friend":"bob"}""", ErrorCodes.InvalidArgument, "address:" },
            { """{"op":"mail.map","as":"ann","address":"x@y.z","friend":"b/b"}""", ErrorCodes.InvalidArgument, "friend:" },
            { """{"op":"mail.unmap","as":"ann","address":"x@y.z","friend":7}""", ErrorCodes.InvalidArgument, "friend:" },
            { """{"op":"mail.list","as":"ann","address":"a@b.c","unreadOnly":"yes"}""", ErrorCodes.InvalidArgument, "unreadOnly:" },
            { """{"op":"mail.list","as":"ann","address":"a@b.c","limit":101}""", ErrorCodes.InvalidArgument, "limit:" },
            { """{"op":"mail.list","as":"ann","address":"a@b.c","limit":2.5}""", ErrorCodes.InvalidArgument, "limit:" },
            { Send("\"x\":1"), ErrorCodes.InvalidArgument, "to, toAddresses:" },
            { Send("\"to\":[],\"toAddresses\":[]"), ErrorCodes.InvalidArgument, "to, toAddresses:" },
            { Send($"\"to\":[{many}],\"toAddresses\":[{manyAddresses}]"), ErrorCodes.InvalidArgument, "to, toAddresses:" },
            { Send($"\"to\":[{many},{many}]"), ErrorCodes.InvalidArgument, "to:" },
            { Send("\"to\":\"bob\""), ErrorCodes.InvalidArgument, "to:" },
            { Send("\"to\":[\"group:g\"]"), ErrorCodes.InvalidArgument, "to:" },
            { Send("\"toAddresses\":[7]"), ErrorCodes.InvalidArgument, "toAddresses:" },
            { Send("\"toAddresses\":[\"a@b.c\\r\\nBcc: x@y.z\"]"), ErrorCodes.InvalidArgument, "toAddresses:" },
            { Send($"\"toAddresses\":[\"{new string('a', 255)}\"]"), ErrorCodes.InvalidArgument, "toAddresses:" },
            { Send("\"to\":[\"bob\"]", "\"text\":\"t\",\"cid\":\"1\""), ErrorCodes.InvalidArgument, "subject:" },
            { Send("\"to\":[\"bob\"]", "\"subject\":\"a\\r\\nBcc: x@y.z\",\"text\":\"t\",\"cid\":\"1\""), ErrorCodes.InvalidArgument, "subject:" },
            { Send("\"to\":[\"bob\"]", $"\"subject\":\"{new string('s', 513)}\",\"text\":\"t\",\"cid\":\"1\""), ErrorCodes.InvalidArgument, "subject:" },
            { Send("\"to\":[\"bob\"]", "\"subject\":\"s\",\"cid\":\"1\""), ErrorCodes.InvalidArgument, "text:" },
            { Send("\"to\":[\"bob\"]", "\"subject\":\"s\",\"text\":\"a\\u0000\",\"cid\":\"1\""), ErrorCodes.InvalidArgument, "text:" },
            { Send("\"to\":[\"bob\"]", "\"subject\":\"s\",\"text\":\"t\""), ErrorCodes.InvalidArgument, "cid:" },
            { Send("\"to\":[\"bob\"],\"replyTo\":0"), ErrorCodes.InvalidArgument, "replyTo:" },
            { Send("\"to\":[\"bob\"],\"replyTo\":4294967296"), ErrorCodes.InvalidArgument, "replyTo:" },
        };
    }

    [Theory]
    [MemberData(nameof(Refused))]
    [MemberData(nameof(RefusedBindings))]
    public async Task Field_AtFault_IsNamedAndNothingIsAsked(string fields, string code, string named)
    {
        var calls = _host.World.Calls.Count;

        var error = (await _ann.AskAsync("{\"id\":1," + fields[1..])).GetProperty("err");

        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Contains(named, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(calls, _host.World.Calls.Count);
    }

    [Fact]
    public async Task Bind_EveryField_ReachesTheAccount()
    {
        var ok = await _ann.OkAsync("""
            {"id":1,"op":"mail.bind","as":"ann","address":" Ann@Bücher.Example ","imap":{"host":"IMAP.Bücher.example","port":993,"security":"tls"},
            "smtp":{"host":"127.0.0.1","port":65535,"security":"none"},"carddav":{"url":"https://dav.example/ann"},
            "auth":{"type":"oauth2","user":"ann","accessToken":"a","refreshToken":"r","tokenEndpoint":"https://login.example/token","clientId":"c","clientSecret":"s"}}
            """);

        Assert.Equal("""{"mailbox":{"address":"Ann@xn--bcher-kva.example","state":"opening"}}""", ok.GetRawText());
        Assert.Equal(
            new BindMailbox
            {
                Address = "Ann@xn--bcher-kva.example",
                Imap = new MailServerSettings { Host = "imap.xn--bcher-kva.example", Port = 993, Security = "tls" },
                Smtp = new MailServerSettings { Host = "127.0.0.1", Port = 65535, Security = "none" },
                CardDav = "https://dav.example/ann",
                Auth = new MailAuth { User = "ann", AccessToken = "a", RefreshToken = "r", TokenEndpoint = "https://login.example/token", ClientId = "c", ClientSecret = "s" },
            },
            Asked);
    }

    [Fact]
    public async Task Bind_WithoutServers_LeavesThemToTheTemplate()
    {
        await _ann.OkAsync($$"""{"id":1,"op":"mail.bind","as":"ann","address":"a@b.c","imap":null,{{Auth}}}""");

        Assert.Equal(new BindMailbox { Address = "a@b.c", Auth = new MailAuth { Password = "secret" } }, Asked);
    }

    [Fact]
    public async Task Mailbox_Named_IsTheAddressInLowerCase()
    {
        await _ann.OkAsync("""{"id":1,"op":"mail.unbind","as":"ann","address":"Ann@Example.TEST"}""");
        Assert.Equal("ann@example.test", Asked);
        await _ann.OkAsync("""{"id":2,"op":"mail.list","as":"ann","address":"ANN@example.test","unreadOnly":true,"limit":3}""");
        Assert.Equal(new MailQuery { Mailbox = "ann@example.test", UnreadOnly = true, Limit = 3 }, Asked);
        await _ann.OkAsync("""{"id":3,"op":"mail.contacts","as":"ann","address":"ANN@example.test"}""");
        Assert.Equal(new MailContactsQuery { Mailbox = "ann@example.test", Limit = 100 }, Asked);
    }

    [Fact]
    public async Task Map_AndUnmap_NameTheAddressAndTheFriend()
    {
        await _ann.OkAsync("""{"id":1,"op":"mail.map","as":"ann","address":"Bob@Example.test","friend":"BOB"}""");
        Assert.Equal(("Bob@example.test", "bob"), Asked);
        await _ann.OkAsync("""{"id":2,"op":"mail.unmap","as":"ann","address":"Bob@Example.test","friend":"bob"}""");
        Assert.Equal(("Bob@example.test", (string?)null), Asked);
    }

    [Fact]
    public async Task Contacts_AndList_AreAnsweredWithTheFriendsNames()
    {
        Assert.Equal(
            """{"contacts":[{"address":"bob@example.test","name":"Bob B.","friend":{"account":"bob","name":"Bobby"}},{"address":"cat@example.test"}]}""",
            (await _ann.OkAsync("""{"id":1,"op":"mail.contacts","as":"ann","address":"a@b.c","query":"b","limit":2}""")).GetRawText());
        var list = await _ann.OkAsync("""{"id":2,"op":"mail.list","as":"ann","address":"a@b.c"}""");
        Assert.Equal((7, 2), (list.GetProperty("unread").GetInt32(), list.GetProperty("mails").GetArrayLength()));
        Assert.Equal(
            """{"uid":9,"from":{"address":"bob@example.test","name":"Bob B."},"subject":"subject 9","preview":"…","date":"1970-01-01T00:00:00.000Z","unread":true}""",
            list.GetProperty("mails")[0].GetRawText());
    }

    [Fact]
    public async Task Send_Answer_SaysWhoGotItAndWhoDidNot()
    {
        var ok = await _ann.OkAsync("""
            {"id":1,"op":"mail.send","as":"ann","address":"A@b.c","to":["Bob","bob"],"toAddresses":["not an address","X@y.z"],"subject":"","text":"a\nb","cid":"c1","replyTo":4294967295}
            """);

        Assert.Equal(
            """{"sent":["bob"],"failed":[{"to":"not an address","reason":"mail_refused","detail":"550 no"},{"to":"X@y.z","reason":"mail_refused","detail":"550 no"}]}""",
            ok.GetRawText());
        var mail = Assert.IsType<SendMail>(Asked);
        Assert.Equal(("a@b.c", "", "a\nb", "c1", 4294967295L), (mail.Mailbox, mail.Subject, mail.Text, mail.Cid, mail.ReplyTo));
    }

    private static string Bind(string fields, string address = "\"a@b.c\"", string auth = Auth) =>
        $$"""{"op":"mail.bind","as":"ann","address":{{address}},{{fields}},{{auth}}}""";

    private static string Send(string fields, string mail = Mail) =>
        $$"""{"op":"mail.send","as":"ann","address":"a@b.c",{{fields}},{{mail}}}""";
}
