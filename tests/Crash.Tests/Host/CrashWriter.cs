using Orleans;
using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Messages;
using OrleansIM.Sessions;

namespace OrleansIM.Crash.Tests.Host;

/// <summary>
/// An account that writes to the next one of a ring, several messages at a time, as fast as answers come; each log has
/// what its account sends between what it gets. Messages travel alone and together, as a gateway reads them; one that is
/// not done is sent again with the same cid.
/// </summary>
internal sealed class CrashWriter(IGrainFactory grains, IGatewayObserver gateway, Action<string> say, int number)
{
    public const int Count = 4;
    private const int AtATime = 4;
    private const int MostTogether = 3;
    private const string Password = "secret";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly string _name = NameOf(number);
    private readonly string _next = NameOf((number + 1) % Count);
    private string _session = "";
    private TokenClaims _token = null!;
    private Contact[] _contacts = [];
    private long _counter;

    public static string NameOf(int number) => $"w{number}";

    public async Task SignInAsync()
    {
        var credentials = grains.GetGrain<IAccountCredentialsGrain>(_name);
        await credentials.RegisterAsync(new RegisterAccount { Password = Password });
        var grant = (await credentials.LogInAsync(Password)).Get();
        _token = new TokenClaims
        {
            TokenId = Guid.NewGuid().ToString("N"),
            Account = _name,
            Generation = grant.Generation,
            Device = "crash",
            Via = "account",
            IssuedAt = DateTimeOffset.UtcNow,
            ExpiresAt = DateTimeOffset.UtcNow.AddDays(1),
        };
        await OpenAsync();
    }

    /// <summary>Every account has this done to it at every start: what a kill interrupted is taken up again.</summary>
    public async Task BefriendNextAsync()
    {
        var state = _contacts.FirstOrDefault(contact => contact.Account == _next)?.State;
        if (state != ContactState.Friend)
        {
            var next = new CrashWriter(grains, gateway, say, (number + 1) % Count);
            await next.SignInAsync();
            (await ChangeAsync(_next, ContactAction.Request)).Get();
            (await next.ChangeAsync(_name, ContactAction.Accept)).Get();
        }
    }

    public void Begin(long first)
    {
        _counter = first - 1;
        for (var i = 0; i < AtATime; i++)
        {
            _ = Task.Run(WriteAsync);
        }
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            long[] messages = [.. Enumerable.Range(0, Random.Shared.Next(1, MostTogether + 1)).Select(_ => Interlocked.Increment(ref _counter))];
            while (messages.Length > 0)
            {
                messages = await TrySendAsync(messages);
                if (messages.Length > 0)
                {
                    await Task.Delay(s_pause);
                }
            }
        }
    }

    /// <summary>Returns those that are not done.</summary>
    private async Task<long[]> TrySendAsync(long[] messages)
    {
        try
        {
            var account = grains.GetGrain<IAccountGrain>(_name);
            SendMessage[] sends = [.. messages.Select(message => new SendMessage { To = _next, Body = $"{_name}/{message}", Cid = $"c{message}", Kind = "text" })];
            var together = sends.Length == 1 ? default : await account.SendManyAsync(_session, sends);
            var answers = sends.Length == 1 ? [await account.SendAsync(_session, sends[0])]
                : together.Refusal is { } refusal ? [.. sends.Select(_ => (Outcome<SentMessage>)refusal)]
                : together.Get().Answers;
            var done = messages.Zip(answers).Where(pair => IsDone(pair.First, pair.Second)).Select(pair => pair.First).ToHashSet();
            if (done.Count < messages.Length)
            {
                await OpenAsync();
            }

            return [.. messages.Where(message => !done.Contains(message))];
        }
        catch (Exception failure)
        {
            say($"failed {failure.GetType().Name}");
            return messages;
        }
    }

    private bool IsDone(long message, Outcome<SentMessage> answer)
    {
        say(answer.Refusal is { } refusal ? $"refused {refusal.Code}" : $"ack {_name} {message} {answer.Get().Seq} {answer.Get().Id}");
        return answer.Refusal is null;
    }

    private async Task OpenAsync()
    {
        var session = Guid.NewGuid().ToString("N");
        var opened = await grains.GetGrain<IAccountGrain>(_name).OpenSessionAsync(new OpenSession { Session = session, Token = _token, Gateway = gateway });
        if (opened.Refusal is null)
        {
            (_session, _contacts) = (session, opened.Get().Page.Contacts);
        }
    }

    private Task<Outcome<ContactState>> ChangeAsync(string other, ContactAction action) =>
        grains.GetGrain<IAccountGrain>(_name).ChangeContactAsync(_session, new ChangeContact { Account = other, Action = action });
}
