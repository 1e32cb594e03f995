// A chat in the terminal: dotnet run --project samples/ConsoleChat -- [--server http://127.0.0.1:5080] [--register] [--invite CODE] [account]
// Without a terminal (a pipe, a dumb one) it works line by line; /help says how. ORLEANSIM_PASSWORD or the first line is the password.
using OrleansIM.Client;
using OrleansIM.ConsoleChat;
using Spectre.Console;

if (ChatArguments.AskHow(args))
{
    Console.WriteLine(ChatArguments.Usage);
    return 0;
}

if (ChatArguments.TryRead(args, out var arguments) is { } fault)
{
    Console.Error.WriteLine($"ConsoleChat: {fault}\n{ChatArguments.Usage}");
    return 2;
}

var hasScreen = !Console.IsInputRedirected && !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;
var pump = new ImPump();
await using var client = new ImClient(new ImClientOptions { Server = arguments.Server, Device = "Terminal", Dispatcher = pump });
var chat = new Chat(client);

if (!await (hasScreen ? SignInScreen.RunAsync(client, arguments) : LineByLine.SignInAsync(client, arguments)))
{
    return 1;
}

chat.Begin();
if (hasScreen)
{
    new Screen(chat, pump).Run();
    return 0;
}

return new LineByLine(chat, pump, Console.In, Console.Out).Run() ? 0 : 1;
