using OrleansIM.Client;
using OrleansIM.Protocol;
using Spectre.Console;

namespace OrleansIM.ConsoleChat;

/// <summary>Asks who signs in until somebody has.</summary>
internal static class SignInScreen
{
    public static async Task<bool> RunAsync(ImClient client, ChatArguments arguments)
    {
        AnsiConsole.Write(new FigletText("OrleansIM").Color(Color.Teal));
        AnsiConsole.MarkupLineInterpolated($"[grey]{arguments.Server}[/]");
        var account = arguments.Account;
        var password = ChatArguments.Password;
        while (true)
        {
            account ??= AnsiConsole.Ask<string>("[teal]account or mailbox[/]:");
            password ??= AnsiConsole.Prompt(new TextPrompt<string>($"[teal]password[/] of {Markup.Escape(account)}:").Secret());
            var refusal = await AnsiConsole.Status().StartAsync("signing in", _ => TryAsync(client, account, password, arguments));
            if (refusal is null)
            {
                return true;
            }

            AnsiConsole.MarkupLineInterpolated($"[red]{refusal.Message}[/]");
            if (refusal.Code is ErrorCodes.BadInvite)
            {
                var code = AnsiConsole.Prompt(new TextPrompt<string>("[teal]invite code[/] (nothing to give up):").AllowEmpty());
                if (code.Length == 0)
                {
                    return false;
                }

                arguments = arguments with { Invite = code };
                continue;
            }

            var isAboutWho = refusal.Code is ErrorCodes.BadCredentials or ErrorCodes.AccountTaken or ErrorCodes.InvalidArgument;
            if (!isAboutWho && !AnsiConsole.Confirm("Try again?"))
            {
                return false;
            }

            if (refusal.Code is ErrorCodes.BadCredentials && MakesIt(account))
            {
                arguments = arguments with { Register = true };
                continue;
            }

            (account, password) = (isAboutWho ? null : account, null);
            arguments = arguments with { Register = false };
        }
    }

    /// <summary>Signs in, to an account that is made first if it is to be and is not there.</summary>
    public static async Task EnterAsync(ImClient client, string account, string password, ChatArguments arguments)
    {
        var isThere = false;
        if (arguments.Register)
        {
            try
            {
                await client.RegisterAsync(account, password, invite: arguments.Invite);
            }
            catch (ImException taken) when (taken.Code == ErrorCodes.AccountTaken)
            {
                // It may be one's own, made the last time.
                isThere = true;
            }
        }

        try
        {
            await client.SignInAsync(account, password);
        }
        catch (ImException refused) when (isThere && refused.Code == ErrorCodes.BadCredentials)
        {
            throw new ImException(ErrorCodes.AccountTaken,
                $"{account} is there already, and this password does not sign in to it. If it is yours, sign in with its own password, without --register; if not, register another name.");
        }
    }

    /// <summary>Nobody who cannot sign in is told which accounts there are; so whether this one is still to be made is asked.</summary>
    private static bool MakesIt(string account) => !account.Contains('@', StringComparison.Ordinal) && AnsiConsole.Confirm(
        $"The server does not tell a wrong password from an account that does not exist. Make {Markup.Escape(account)}, with that password, if it does not?", false);

    private static async Task<ImException?> TryAsync(ImClient client, string account, string password, ChatArguments arguments)
    {
        try
        {
            await EnterAsync(client, account, password, arguments);
            return null;
        }
        catch (ImException refused)
        {
            return refused;
        }
    }
}
