using System.Text;
using System.Text.Json;
using OrleansIM.Client;
using OrleansIM.Fuzz.Engine;

namespace OrleansIM.Fuzz.Targets;

/// <summary>A target at a whole server. It logs no error whatever it is given, and nothing stays open.</summary>
internal abstract class ServerTarget : FuzzTarget
{
    protected const string Friend = "bob";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private FuzzedServer? _server;

    protected FuzzedServer Server => _server ?? throw new InvalidOperationException("Not started.");

    /// <summary>The account that inputs speak for; it is another one after a while, so that none grows without end.</summary>
    protected string Account { get; private set; } = "";

    /// <summary>A group of it and the friend.</summary>
    protected string Group { get; private set; } = "";

    /// <summary>A token of it.</summary>
    protected string Token { get; private set; } = "";

    /// <summary>All that a server does meanwhile is in it.</summary>
    public override long Allowance(int length) => 32 * 1024 * 1024 + 2048L * length;

    public override async Task StartAsync()
    {
        _server = await FuzzedServer.StartAsync();
        await Server.RegisterAsync(Friend);
        await ChangeAccountAsync(0);
    }

    public override ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    public override async Task<string?> LeftoversAsync()
    {
        for (var began = TimeProvider.System.GetTimestamp(); Server.Streams + Server.Sessions > 0 && TimeProvider.System.GetElapsedTime(began) < s_patience;)
        {
            await Task.Delay(50);
        }

        return Server.Streams + Server.Sessions == 0 ? null : $"{Server.Streams} streams, {Server.Sessions} sessions";
    }

    protected async Task ChangeAccountAsync(int number)
    {
        Account = $"ann{number}";
        await Server.RegisterAsync(Account);
        Token = await Server.LogInAsync(Account);
        await using var own = new ImClient(new ImClientOptions { Server = Server.Address });
        await using var other = new ImClient(new ImClientOptions { Server = Server.Address });
        await own.SignInAsync(Account, FuzzedServer.Password);
        await other.SignInAsync(Friend, FuzzedServer.Password);
        await own.RequestAsync("contacts.request", Fields(new { @as = Account, account = Friend }));
        await other.RequestAsync("contacts.accept", Fields(new { @as = Friend, account = Account }));
        var group = await own.RequestAsync("groups.create", Fields(new { @as = Account, name = "G", members = new[] { Friend } }));
        Group = group.GetProperty("group").GetProperty("id").GetString()!;
    }

    private static JsonElement Fields<T>(T fields) => JsonSerializer.SerializeToElement(fields);

    /// <summary>The input with names in the place of <c>@me</c>, <c>@friend</c>, <c>@group</c>, <c>@token</c>, <c>@basic</c> and <c>@password</c>.</summary>
    protected byte[] FillIn(ReadOnlySpan<byte> input) => input.IndexOf((byte)'@') < 0 ? input.ToArray() : Encoding.Latin1.GetBytes(
        Encoding.Latin1.GetString(input).Replace("@me", Account, StringComparison.Ordinal).Replace("@friend", Friend, StringComparison.Ordinal)
            .Replace("@group", Group, StringComparison.Ordinal).Replace("@token", Token, StringComparison.Ordinal).Replace("@password", FuzzedServer.Password, StringComparison.Ordinal)
            .Replace("@basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Account}:{FuzzedServer.Password}")), StringComparison.Ordinal));

    protected void CheckErrors()
    {
        if (Server.NextError() is { } error)
        {
            throw new BrokenPromiseException($"a server logs no error: {error.Split('\n', ':')[0]}", error);
        }
    }
}
