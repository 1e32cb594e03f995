namespace OrleansIM.ConsoleChat;

/// <summary>What the command line says.</summary>
/// <param name="Server">The server.</param>
/// <param name="Account">Who signs in; null to ask.</param>
/// <param name="Register">Whether the account is made first.</param>
/// <param name="Invite">The code of an invite, for a server that wants one of who registers.</param>
internal sealed record ChatArguments(Uri Server, string? Account, bool Register, string? Invite)
{
    public const string Usage = """
        usage: ConsoleChat [--server http://127.0.0.1:5080] [--register] [--invite CODE] [account]
          account      an account id, or the address of a bound mailbox; asked for if it is left out
          --register   makes the account first, if it is not there
          --invite     makes the account too, with the code of an invite, where the server wants one of who registers
        The password is asked for, unless the environment has it in ORLEANSIM_PASSWORD. Without a terminal, account and
        password are the first lines of the input, commands and messages those after them, and the exit code is 1 if
        anything was refused or a message did not reach the server.
        """;

    /// <summary>Where the environment may have the password.</summary>
    public const string PasswordVariable = "ORLEANSIM_PASSWORD";

    public static string? Password => Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } given ? given : null;

    /// <summary>Whether nothing but the usage is asked for.</summary>
    public static bool AskHow(string[] args) => args.Any(static arg => arg is "-h" or "--help");

    /// <summary>Reads them. Answers what is wrong, or null.</summary>
    public static string? TryRead(string[] args, out ChatArguments read)
    {
        read = new ChatArguments(new Uri("http://127.0.0.1:5080"), null, false, null);
        for (var next = 0; next < args.Length; next++)
        {
            var (name, value) = (args[next], args.ElementAtOrDefault(next + 1));
            switch (name)
            {
                case "--register":
                    read = read with { Register = true };
                    break;
                case "--server" when Uri.TryCreate(value, UriKind.Absolute, out var server) && server.Scheme is "http" or "https":
                    (read, next) = (read with { Server = server }, next + 1);
                    break;
                case "--server" when value is null:
                    return "--server: the address of a server has to follow, which is like http://127.0.0.1:5080 or https://im.example.com";
                case "--server":
                    return $"'{value}' is no address of a server, which is like http://127.0.0.1:5080 or https://im.example.com";
                case "--invite" when value is not null:
                    (read, next) = (read with { Register = true, Invite = value }, next + 1);
                    break;
                case "--invite":
                    return "--invite: the code of an invite has to follow";
                case ['-', ..]:
                    return $"{name}: there is no such option";
                case var account when read.Account is null:
                    read = read with { Account = account };
                    break;
                default:
                    return $"{name}: one account signs in, and that is {read.Account}";
            }
        }

        return null;
    }
}
