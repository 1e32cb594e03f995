// A game with a sign-in of its own: its ID token signs the player in, and lines go to a friend. Give it the token and the friend.
using OrleansIM.Client;

if (args is not [var idToken, var friend, ..])
{
    Console.Error.WriteLine("usage: OwnSignIn ID_TOKEN FRIEND [http://127.0.0.1:5080]; the server has to know who issues the token");
    return 1;
}

try
{
    var server = new Uri(args.ElementAtOrDefault(2) ?? "http://127.0.0.1:5080");
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
catch (Exception refused) when (refused is ImException or UriFormatException)
{
    Console.Error.WriteLine($"OwnSignIn: {(refused as ImException)?.Code} {refused.Message}");
    return 1;
}
