using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansIM.Gateway.Tests.CardDav;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.TestSupport;

namespace OrleansIM.Gateway.Tests.Http;

/// <summary>What the audit log has of sign-ins that the account cannot write down itself, since it did not get through to the client.</summary>
public sealed class SignInAuditTests : IAsyncLifetime
{
    private readonly LogLines _log = new();
    private GatewayHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(
            options => options.MailboxSignInTimeout = TimeSpan.FromMilliseconds(300),
            services: services => services.AddLogging(logging => logging.AddProvider(_log)));
        _host.World.Add("ann");
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task LogIn_OfAnAccountThatFails_IsWrittenDownAsFailedWithoutItsName()
    {
        _host.World["ann"].Throws = _ => new TimeoutException();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _host.PostAsync("/v1/login", new { login = "ann", password = "password-1" })).Status);

        Assert.Equal(["Information signin unavailable source=127.0.0.1 detail=account"], SignIns());
    }

    [Fact]
    public async Task LogIn_MailServerSilent_IsWrittenDownAsFailed()
    {
        _host.World.Mailbox("ann@example.test").IsSilent = true;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _host.PostAsync("/v1/login", new { login = "ann@example.test", password = "mail-secret" })).Status);

        Assert.Equal(["Information signin unavailable source=127.0.0.1 detail=mailbox"], SignIns());
    }

    [Fact]
    public async Task AddressBook_OfAnAccountThatFails_IsWrittenDownAsFailed()
    {
        _host.World["ann"].Throws = _ => new TimeoutException();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await new DavClient(_host).SendAsync("GET", DavClient.Book + "bob.vcf")).Status);

        Assert.Equal(["Information signin unavailable source=127.0.0.1 detail=address_book"], SignIns());
    }

    /// <summary>The account does that.</summary>
    [Fact]
    public async Task LogIn_RefusedOrDone_IsNotWrittenDownTwice()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await _host.PostAsync("/v1/login", new { login = "ann", password = "wrong" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await _host.PostAsync("/v1/login", new { login = "ann", password = "password-1" })).Status);

        Assert.Empty(SignIns());
    }

    private string[] SignIns() => [.. _log.Lines.Where(line => line.Contains(" signin ", StringComparison.Ordinal))];
}
