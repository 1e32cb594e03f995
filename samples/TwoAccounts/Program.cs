// Ann has two accounts and signs in once; Bob writes to the second. Needs a server where accounts can be made: http://127.0.0.1:5080, or the one given.
using OrleansIM.Client;
using OrleansIM.Protocol;

const string Password = "correct horse battery staple";
var address = args.FirstOrDefault("http://127.0.0.1:5080");
if (!Uri.TryCreate(address, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
{
    Console.Error.WriteLine($"TwoAccounts: '{address}' is no address of a server, which is like http://127.0.0.1:5080 or https://im.example.com");
    return 2;
}

try
{
    var options = new ImClientOptions { Server = server };
    await using ImClient ann = new(options), bob = new(options);
    foreach (var account in new[] { "ann", "ann.work", "bob" })
    {
        try { await ann.RegisterAsync(account, Password); }
        catch (ImException taken) when (taken.Code == ErrorCodes.AccountTaken) { }
    }

    await bob.SignInAsync("bob", Password);
    await ann.SignInAsync("ann", Password);
    var links = await ann.AddLinksAsync([new LinkRequest("ann.work", Password)]);
    if (links.Rejected is [var no] && no.Reason != ErrorCodes.AlreadyLinked) { throw new ImException(no.Reason, $"{no.Account} cannot be linked."); }
    await foreach (var happened in ann.EventsAsync())
    {
        Console.WriteLine($"[{happened.Account}] {happened.GetType().Name} {(happened as MessageReceived)?.Body}");
        if (happened is PageOpened { Account: "ann.work" })
        {
            var state = await bob.RequestContactAsync("bob", "ann.work");
            if (state != "friend") { await ann.AcceptContactAsync("ann.work", "bob"); }
            await bob.SendAsync("bob", "ann.work", "Hello from Bob!");
        }

        if (happened is MessageReceived { Account: "ann.work", From: "bob" }) { return 0; }
    }
}
catch (ImException refused)
{
    Console.Error.WriteLine($"TwoAccounts: {refused.Code} {refused.Message}");
}

return 1;
