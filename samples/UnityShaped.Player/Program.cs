// A game with a chat, without Unity: a hero writes to a villager, who answers. Needs a server where accounts can be made: http://127.0.0.1:5080, or the one given.
using OrleansIM.Client;
using OrleansIM.Protocol;
using OrleansIM.UnityShaped.Player;
using UnityEngine;
using UnityShaped;

const string Password = "correct horse battery staple";
var address = args.FirstOrDefault("http://127.0.0.1:5080");
var limit = TimeSpan.FromSeconds(120);
if (!Uri.TryCreate(address, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
{
    Console.Error.WriteLine($"UnityShaped.Player: '{address}' is no address of a server, which is like http://127.0.0.1:5080 or https://im.example.com");
    return 2;
}

try
{
    // The other side, in an ordinary program. Nothing here waits on the main thread of the game.
    await using var villager = new ImClient(new ImClientOptions { Server = server });
    await Task.Run(async () =>
    {
        await using var hero = new ImClient(new ImClientOptions { Server = server });
        foreach (var account in (string[])["hero", "villager"])
        {
            try { await villager.RegisterAsync(account, Password); }
            catch (ImException taken) when (taken.Code == ErrorCodes.AccountTaken) { }
        }

        await villager.SignInAsync("villager", Password);
        await hero.SignInAsync("hero", Password);
        if (await hero.RequestContactAsync("hero", "villager") != "friend") { await villager.AcceptContactAsync("villager", "hero"); }
    });
    villager.On<MessageReceived>(message => message.IsOwn ? Task.CompletedTask : villager.SendAsync("villager", message.From, "Welcome, " + message.From + "!"));

    return Play() ? 0 : 1;
}
catch (ImException refused)
{
    Console.Error.WriteLine($"UnityShaped.Player: {refused.Code} {refused.Message}");
    return 1;
}

bool Play()
{
    using var engine = new Engine();
    var connection = new ChatConnection { Server = address, Login = "hero", Password = Password };
    var panel = new ChatPanel { Connection = connection };
    engine.Load(connection, panel);
    var ok = engine.RunUntil(() => connection.IsReady, limit);
    if (ok)
    {
        panel.Submit("villager", "Is this the village?");
        ok = engine.RunUntil(() => panel.Lines.text.Contains("Welcome, hero!", StringComparison.Ordinal) && panel.Friends.text.Length > 0, limit);
    }

    Console.WriteLine($"status: {panel.Status.text}; friends: {panel.Friends.text}");
    Console.Write(panel.Lines.text);
    Debug.Logged.ForEach(Console.Error.WriteLine);
    ok &= Debug.Logged.Count == 0;
    Console.WriteLine(ok ? $"all of it on the main thread, in {engine.Frames} frames" : "something went wrong");
    return ok;
}
