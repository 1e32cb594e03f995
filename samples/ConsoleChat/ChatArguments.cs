namespace OrleansIM.ConsoleChat;

/// <summary>What the command line says.</summary>
/// <param name="Server">The server.</param>
/// <param name="Account">Who signs in; null to ask.</param>
/// <param name="Register">Whether the account is made first.</param>
internal sealed record ChatArguments(Uri Server, string? Account, bool Register)
{
    public const string Usage = "usage: ConsoleChat [--server http://127.0.0.1:5080] [--register] [account]";

    public static string? Password => Environment.GetEnvironmentVariable("ORLEANSIM_PASSWORD");

    public static ChatArguments? Read(string[] args)
    {
        var read = new ChatArguments(new Uri("http://127.0.0.1:5080"), null, false);
        for (var next = 0; next < args.Length; next++)
        {
            if (args[next] == "--register")
            {
                read = read with { Register = true };
            }
            else if (args[next] == "--server" && next + 1 < args.Length && Uri.TryCreate(args[++next], UriKind.Absolute, out var server))
            {
                read = read with { Server = server };
            }
            else if (!args[next].StartsWith('-') && read.Account is null)
            {
                read = read with { Account = args[next] };
            }
            else
            {
                return null;
            }
        }

        return read;
    }
}
