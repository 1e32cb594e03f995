using OrleansIM.Client.Tests.Scripted;

namespace OrleansIM.Client.Tests;

/// <summary>A server, a client that is signed in as ann, its connection and its events after ready.</summary>
internal sealed class SignedIn : IAsyncDisposable
{
    private SignedIn(ScriptedServer server, ImClient client, ScriptedStream stream, EventTape events) =>
        (Server, Client, Stream, Events) = (server, client, stream, events);

    public ScriptedServer Server { get; }
    public ImClient Client { get; }
    public ScriptedStream Stream { get; }
    public EventTape Events { get; }

    public static async Task<SignedIn> StartAsync(
        string[]? pages = null, FakeClock? clock = null, Func<ImClientOptions, ImClientOptions>? with = null)
    {
        var server = await ScriptedServer.StartAsync();
        var client = server.Client(clock, with);
        var signIn = client.SignInAsync("ann", "secret");
        var stream = await server.WelcomeAsync(pages ?? []);
        await signIn.Time("the sign-in");
        var events = new EventTape(client);
        await events.SkipToAsync<Ready>();
        return new SignedIn(server, client, stream, events);
    }

    /// <summary>Disposes the client, in order: an aborted stream it might open again first.</summary>
    public async Task CloseAsync()
    {
        var gone = Stream.GoneAsync();
        await Client.DisposeAsync().AsTask().Time("the client to be disposed");
        await gone;
    }

    public async ValueTask DisposeAsync()
    {
        // The server's side first: a polite goodbye needs two.
        Stream.Abort();
        await Client.DisposeAsync();
        await Events.DisposeAsync();
        await Server.DisposeAsync();
    }
}
