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

            if (refusal.Code is not (ErrorCodes.BadCredentials or ErrorCodes.InvalidArgument)
                && !AnsiConsole.Confirm("Try again?"))
            {
                return false;
            }

            if (refusal.Code is ErrorCodes.BadCredentials && AnsiConsole.Confirm($"Is {account} a new account, to be made with that password?", false))
            {
                arguments = arguments with { Register = true };
                continue;
            }

            (account, password) = (refusal.Code is ErrorCodes.BadCredentials or ErrorCodes.InvalidArgument ? null : account, null);
            arguments = arguments with { Register = false };
        }
    }

    /// <summary>Signs in, to an account that is made first if it is to be and is not there.</summary>
    public static async Task EnterAsync(ImClient client, string account, string password, ChatArguments arguments)
    {
        if (arguments.Register)
        {
            try
            {
                await client.RegisterAsync(account, password, invite: arguments.Invite);
            }
            catch (ImException taken) when (taken.Code == ErrorCodes.AccountTaken)
            {
                // It may be one's own, made the last time.
            }
        }

        await client.SignInAsync(account, password);
    }

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
