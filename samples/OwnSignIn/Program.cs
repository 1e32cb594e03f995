// A game with a sign-in of its own: its ID token signs the player in, and lines go to a friend. Give it the token and the friend.
using OrleansIM.Client;

if (args is not [var idToken, var friend, ..])
{
    Console.Error.WriteLine("usage: OwnSignIn ID_TOKEN FRIEND [http://127.0.0.1:5080]; the server has to know who issues the token");
    return 2;
}

var address = args.ElementAtOrDefault(2) ?? "http://127.0.0.1:5080";
if (!Uri.TryCreate(address, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
{
    Console.Error.WriteLine($"OwnSignIn: '{address}' is no address of a server, which is like http://127.0.0.1:5080 or https://im.example.com");
    return 2;
}

try
{
    await using var im = new ImClient(new ImClientOptions { Server = server, Device = "game client" });
    using var messages = im.On<MessageReceived>(message => Console.WriteLine($"{message.From}: {message.Body}"));
    await im.SignInWithJwtAsync(idToken);
    var me = im.Account!;
    using var requests = im.On<ContactChanged>(async changed =>
    {
        if (changed.Contact.State == "pending") { await im.AcceptContactAsync(me, changed.Contact.Account); }
    });
    if (!im.Pages[me].Contacts.ContainsKey(friend)) { await im.RequestContactAsync(me, friend, "Team up?"); }
    while (Console.ReadLine() is { } line) { await im.SendAsync(me, friend, line); }
    return 0;
}
catch (ImException refused)
{
    Console.Error.WriteLine($"OwnSignIn: {refused.Code} {refused.Message}");
    return 1;
}
