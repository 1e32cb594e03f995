namespace OrleansIM.ConsoleChat;

/// <summary>What the command line says.</summary>
/// <param name="Server">The server.</param>
/// <param name="Account">Who signs in; null to ask.</param>
/// <param name="Register">Whether the account is made first.</param>
/// <param name="Invite">The code of an invite, for a server that wants one of who registers.</param>
internal sealed record ChatArguments(Uri Server, string? Account, bool Register, string? Invite)
{
    public const string Usage = """
        usage: ConsoleChat [--server http://127.0.0.1:5080] [--register [--invite CODE]] [account]
          account      an account id, or the address of a bound mailbox; asked for if it is left out
          --register   makes the account first, if it is not there
          --invite     the code of an invite, where the server wants one of who registers
        The password is asked for, unless the environment has it in ORLEANSIM_PASSWORD. Without a terminal, account and
        password are the first lines of the input, commands and messages those after them, and the exit code is 1 if
        anything was refused or a message did not reach the server.
        """;

    /// <summary>Where the environment may have the password.</summary>
    public const string PasswordVariable = "ORLEANSIM_PASSWORD";

    public static string? Password => Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } given ? given : null;

    public static ChatArguments? Read(string[] args)
    {
        var read = new ChatArguments(new Uri("http://127.0.0.1:5080"), null, false, null);
        for (var next = 0; next < args.Length; next++)
        {
            if (args[next] == "--register")
            {
                read = read with { Register = true };
            }
            else if (args[next] == "--server" && next + 1 < args.Length && Uri.TryCreate(args[++next], UriKind.Absolute, out var server)
                && server.Scheme.StartsWith("http", StringComparison.Ordinal))
            {
                read = read with { Server = server };
            }
            else if (args[next] == "--invite" && next + 1 < args.Length)
            {
                read = read with { Register = true, Invite = args[++next] };
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
