using Orleans.Concurrency;

namespace OrleansIM.Solo.Tests.Grains;

public interface IReader : IGrainObserver
{
    void Read(string news);
    Task<int> Count(string news);

    [OneWay]
    Task Hear(string news);
}

public interface INewsGrain : IGrainWithStringKey
{
    Task<int> Subscribe(IReader reader);
    Task<int> Unsubscribe(IReader reader);
    Task Publish(int from, int to);
    Task Say(string news);
    Task<int> AskEach(string news);
    Task<string> CreateInside();
}

[GrainType("test.news")]
public sealed class NewsGrain : Grain, INewsGrain
{
    private readonly Dictionary<IReader, int> _readers = [];

    public Task<int> Subscribe(IReader reader)
    {
        _readers[reader] = _readers.GetValueOrDefault(reader) + 1;
        return Task.FromResult(_readers.Count);
    }

    public Task<int> Unsubscribe(IReader reader)
    {
        _readers.Remove(reader);
        return Task.FromResult(_readers.Count);
    }

    public Task Publish(int from, int to)
    {
        for (var n = from; n < to; n++)
        {
            foreach (var reader in _readers.Keys)
            {
                reader.Read(n.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return Task.CompletedTask;
    }

    public async Task Say(string news)
    {
        foreach (var reader in _readers.Keys)
        {
            await reader.Hear(news);
        }
    }

    public async Task<int> AskEach(string news)
    {
        var sum = 0;
        foreach (var reader in _readers.Keys)
        {
            sum += await reader.Count(news);
        }

        return sum;
    }

    public Task<string> CreateInside()
    {
        try
        {
            GrainFactory.CreateObjectReference<IReader>(new Nobody());
            return Task.FromResult("made");
        }
        catch (InvalidOperationException)
        {
            return Task.FromResult("refused");
        }
    }

    private sealed class Nobody : IReader
    {
        public void Read(string news) { }

        public Task<int> Count(string news) => Task.FromResult(0);

        public Task Hear(string news) => Task.CompletedTask;
    }
}
