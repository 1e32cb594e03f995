using OrleansIM.Audit;
using OrleansIM.EndToEnd.Tests.Mail;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>Mission P9: what matters to the security of accounts is written down, and nothing else is.</summary>
public sealed class AuditTests(AdminServer world) : IClassFixture<AdminServer>
{
    private const string WrongPassword = "a wrong password that nobody may read";
    private const string NewPassword = "a new password that nobody may read";
    private const string Text = "a message that nobody may read";

    // On a busy machine, binding takes longer than the server's limits and is done again.
    private const string TriedAgain = "mailbox.bound mail_unreachable";

    private readonly TestServer _server = world.Server;

    [Fact]
    public async Task AuditLog_OfALife_HasEachStepAndNoSecret()
    {
        await using var story = await FaultStory.BeginAsync(_server, ServerFault.None);
        var (ann, bob) = (story.Ann.Account, story.Bob.Account);
        var linked = await _server.RegisterAsync("linked");
        await story.Ann.MessageAsync(bob, Text);
        Assert.Equal(401, (await Api.PostAsync(_server.Address, "v1/login", new { login = ann, password = WrongPassword })).Status);
        await story.Ann.LinkAsync("secondary", linked);
        await story.Ann.OkAsync("link.role", new { account = linked, role = "master" });
        await story.Ann.OkAsync("link.remove", new { account = linked });
        await story.Ann.OkAsync("link.add", new { accounts = new[] { new { account = linked, password = WrongPassword, role = "secondary" } } });
        var app = await story.Ann.OkAsync("appPasswords.create", new { @as = ann, name = "a name that nobody may read" });
        await story.Ann.OkAsync("appPasswords.revoke", new { @as = ann, appPassword = app.Text("id") });
        await story.Ann.OkAsync("mail.unbind", new { @as = ann, address = story.Address });
        Assert.Equal(204, (await Api.PostAsync(_server.Address, "v1/password", new { old = TestServer.Password, @new = NewPassword }, story.Ann.Token)).Status);
        Assert.Equal(204, (await Api.PostAsync(_server.Address, "v1/logout", new { everywhere = true }, story.Ann.Token)).Status);
        using var late = await RawClient.OpenAsync(_server.Address);
        Assert.Equal("unauthenticated", await late.RefusalAsync("hello", new { token = story.Ann.Token }));

        Assert.Equal(
            [
                "account.registered ok", "signin ok", "session.opened ok", "mailbox.bound ok", "signin bad_credentials", "link.joined ok", "link.left ok",
                "app_password.created ok", "app_password.revoked ok", "mailbox.unbound ok", "password.changed ok", "signout ok", "token.refused unauthenticated",
            ],
            world.AuditOf(ann).Where(line => line != TriedAgain));
        Assert.Equal(["account.registered ok", "link.joined ok", "link.role ok", "link.left ok", "link.refused bad_credentials"], world.AuditOf(linked));
        var log = world.ReadAudit();
        foreach (var secret in (string[])[WrongPassword, NewPassword, TestServer.Password, Text, "open sesame", story.Address, app.Text("password"), story.Ann.Token, "that nobody may read"])
        {
            Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task AuditLog_OfALoginThatNobodyHas_DoesNotRepeatIt()
    {
        const string Mistyped = "my-password-in-the-wrong-field";
        Assert.Equal(401, (await Api.PostAsync(_server.Address, "v1/login", new { login = Mistyped, password = WrongPassword })).Status);

        Assert.DoesNotContain(Mistyped, world.ReadAudit(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AuditLog_EveryLine_SaysWhereItCameFrom()
    {
        using var ann = await _server.JoinAsync("ann");

        var lines = world.ReadAudit().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line))
            .Where(line => line.Has("Account") && line.Text("Account") == ann.Account).ToArray();

        Assert.Equal(["127.0.0.1", "127.0.0.1", "127.0.0.1"], lines.Select(line => line.Text("Source")));
        Assert.Equal(ann.Session, lines.Single(line => line.Text("Event") == "session.opened").Text("Session"));
    }

    [Fact]
    public void AuditEvents_Each_IsInTheDocumentation()
    {
        var page = Repository.Read("docs", "operations.md");
        foreach (var name in typeof(AuditEvents).GetFields().Select(field => (string)field.GetValue(null)!))
        {
            Assert.Contains($"`{name}`", page, StringComparison.Ordinal);
        }
    }
}
