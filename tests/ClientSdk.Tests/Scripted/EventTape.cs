namespace OrleansIM.Client.Tests.Scripted;

/// <summary>Reads the events of a client one by one; those of its status and outbox only when they are asked for.</summary>
internal sealed class EventTape(ImClient client) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<ImEvent> _events = client.EventsAsync().GetAsyncEnumerator();

    public async Task<ImEvent> NextAsync(string what = "an event")
    {
        while (true)
        {
            var happened = await AnyAsync(what);
            if (happened is not (StatusChanged or OutgoingChanged))
            {
                return happened;
            }
        }
    }

    /// <summary>The next event, which is to be of that type.</summary>
    public async Task<T> NextAsync<T>()
        where T : ImEvent => Assert.IsType<T>(await NextAsync(typeof(T).Name));

    /// <summary>The next status of that kind.</summary>
    public async Task StatusAsync(ConnectionStatus status)
    {
        while ((await SkipToAsync<StatusChanged>()).Status != status)
        {
        }
    }

    /// <summary>The next event of that type; what comes before is passed over.</summary>
    public async Task<T> SkipToAsync<T>()
        where T : ImEvent
    {
        while (true)
        {
            if (await AnyAsync(typeof(T).Name) is T found)
            {
                return found;
            }
        }
    }

    public async Task EndsAsync()
    {
        while (await _events.MoveNextAsync().AsTask().Time("the end of the events"))
        {
            Assert.IsType<StatusChanged>(_events.Current);
        }
    }

    public ValueTask DisposeAsync() => _events.DisposeAsync();

    private async Task<ImEvent> AnyAsync(string what)
    {
        Assert.True(await _events.MoveNextAsync().AsTask().Time(what), $"The events ended before {what}.");
        return _events.Current;
    }
}
