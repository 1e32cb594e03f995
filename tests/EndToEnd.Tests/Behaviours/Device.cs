using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Behaviours;

/// <summary>A client of the SDK, what it was told, and its line to the server.</summary>
internal sealed class Device : IAsyncDisposable
{
    private readonly List<ImEvent> _told = [];
    private readonly Line _line;

    public Device(TestServer server, Func<ImClientOptions, ImClientOptions>? with = null)
    {
        _line = new Line(server.Address);
        Options = new ImClientOptions
        {
            Server = _line.Address,
            Reconnect = new ReconnectPolicy { Initial = TimeSpan.FromMilliseconds(20), Max = TimeSpan.FromMilliseconds(200) },
        };
        Options = with?.Invoke(Options) ?? Options;
        Client = new ImClient(Options);
        Client.On<ImEvent>(happened =>
        {
            lock (_told)
            {
                _told.Add(happened);
            }
        });
    }

    public ImClientOptions Options { get; }

    public ImClient Client { get; }

    /// <summary>The account that signed in; it stays when the session is over.</summary>
    public string Account { get; set; } = "";

    /// <summary>Everything its handler was told so far.</summary>
    public IReadOnlyList<ImEvent> Told
    {
        get
        {
            lock (_told)
            {
                return [.. _told];
            }
        }
    }

    public Page Page => Client.Pages[Account];

    /// <summary>What messages of a page it was told, in that order.</summary>
    public IReadOnlyList<string> Bodies(string? account = null) =>
        [.. Told.OfType<MessageReceived>().Where(message => message.Account == (account ?? Account)).Select(message => message.Body)];

    /// <summary>Breaks the connection.</summary>
    /// <param name="staysDown">Until <see cref="ComeBack"/>.</param>
    public void Cut(bool staysDown = false) => _line.Cut(staysDown);

    public void ComeBack() => _line.ComeBack();

    /// <summary>Waits until the own page shows something.</summary>
    public Task ShowsAsync(Func<Page, bool> condition, string what) => Client.ShowsAsync(Account, condition, what);

    /// <summary>Waits until it was told of something.</summary>
    public async Task<T> HearsAsync<T>(Func<T, bool> condition, string what)
        where T : ImEvent
    {
        await Eventually.TrueAsync(() => Told.OfType<T>().Any(condition), $"{Account} to hear of {what}", RawClient.Patience);
        return Told.OfType<T>().First(condition);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _line.DisposeAsync();
    }
}
