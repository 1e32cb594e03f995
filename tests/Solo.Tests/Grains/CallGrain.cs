namespace OrleansIM.Solo.Tests.Grains;

public interface ICallGrain : IGrainWithStringKey
{
    Task<string> Key();
    Task<int> Add(int n);
    ValueTask<int> AddByValueTask(int n);
    ValueTask Nothing();
    Task<Order> Twice(Order order, string? name, Guid id, DateTimeOffset at, TimeSpan span, int? maybe);
    Task<string?> Null(string? value);
    Task<IReadOnlyList<Order>> Many(IReadOnlyList<Order> orders);
    Task<Dictionary<string, int>> Lengths(List<string> words);
    Task<IReadOnlyList<string>> Keep(List<string> words, string[] more, Dictionary<string, int> counts);
    Task<Dictionary<string, int>> Counts();
    Task<byte[]> Bytes(ReadOnlyMemory<byte> bytes);
    Task<int> Fail(string message);
    Task FailLate(string message);
    Task<int> FailCancelled();
    Task<bool> IsSame(ICallGrain reference);
    Task<ICallGrain> Self();
    Task<string> KeyOf(ICallGrain other);
    Task<string> Address();
}

internal interface IInternalGrain : IGrainWithStringKey
{
    Task<Order> Echo(Order order);
}

public interface INobodyGrain : IGrainWithStringKey
{
    Task Nothing();
}

public interface ITwiceGrain : IGrainWithStringKey
{
    Task<string> Which();
}

[GrainType("test.call")]
public sealed class CallGrain(ILocalSiloDetails silo) : Grain, ICallGrain, IInternalGrain
{
    private readonly List<string> _kept = [];
    private Dictionary<string, int> _counts = [];
    private int _sum;

    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public Task<int> Add(int n) => Task.FromResult(_sum += n);

    public ValueTask<int> AddByValueTask(int n) => ValueTask.FromResult(_sum += n);

    public async ValueTask Nothing() => await Task.Yield();

    public Task<Order> Twice(Order order, string? name, Guid id, DateTimeOffset at, TimeSpan span, int? maybe)
        => Task.FromResult(new Order { Name = $"{name ?? order.Name} {id} {at:O} {span} {maybe}", Count = order.Count * 2, Data = order.Data });

    public Task<string?> Null(string? value) => Task.FromResult(value);

    public Task<IReadOnlyList<Order>> Many(IReadOnlyList<Order> orders) => Task.FromResult<IReadOnlyList<Order>>([.. orders, .. orders]);

    public Task<Dictionary<string, int>> Lengths(List<string> words) => Task.FromResult(words.ToDictionary(w => w, w => w.Length));

    public Task<IReadOnlyList<string>> Keep(List<string> words, string[] more, Dictionary<string, int> counts)
    {
        words.Add("grain's");
        _kept.AddRange(words);
        _kept.AddRange(more);
        more[0] = "grain's";
        _counts = counts;
        return Task.FromResult<IReadOnlyList<string>>(_kept);
    }

    public Task<Dictionary<string, int>> Counts() => Task.FromResult(_counts);

    public Task<byte[]> Bytes(ReadOnlyMemory<byte> bytes) => Task.FromResult(bytes.ToArray());

    public Task<int> Fail(string message) => throw new InvalidOperationException(message);

    public async Task FailLate(string message)
    {
        await Task.Yield();
        throw new OddException(message);
    }

    public Task<int> FailCancelled() => throw new OperationCanceledException("changed my mind");

    public Task<bool> IsSame(ICallGrain reference) => Task.FromResult(this.AsReference<ICallGrain>().Equals(reference));

    public Task<ICallGrain> Self() => Task.FromResult(this.AsReference<ICallGrain>());

    public Task<string> KeyOf(ICallGrain other) => other.Key();

    public Task<string> Address() => Task.FromResult(silo.SiloAddress.ToString());

    Task<Order> IInternalGrain.Echo(Order order) => Task.FromResult(order);
}

[GrainType("test.first")]
public sealed class FirstGrain : Grain, ITwiceGrain
{
    public Task<string> Which() => Task.FromResult("first");
}

/// <summary>Its name is the interface's: it is the one that is meant.</summary>
[GrainType("test.twice")]
public sealed class TwiceGrain : Grain, ITwiceGrain
{
    public Task<string> Which() => Task.FromResult("twice");
}
