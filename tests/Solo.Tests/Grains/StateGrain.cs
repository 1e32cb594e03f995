namespace OrleansIM.Solo.Tests.Grains;

public interface IStateGrain : IGrainWithStringKey
{
    Task<string> Set(string value);
    Task<string> SetUnwritten(string value);
    Task<string> Get();
    Task<string> Read();
    Task Clear();
    Task<string> Other(string value);
    Task<int> WriteAtOnce(int times);
    Task<string> Outside();
    Task<string> Instance();
    Task End();
}

public interface IUnknownStorageGrain : IGrainWithStringKey
{
    Task Nothing();
}

[GenerateSerializer, Alias("test.NoteState")]
public sealed class NoteState
{
    [Id(0)] public string Value { get; set; } = "none";
}

[GrainType("test.state")]
public sealed class StateGrain(
    [PersistentState("note")] IPersistentState<NoteState> note,
    [PersistentState("other", "named")] IPersistentState<NoteState> other) : Grain, IStateGrain
{
    private readonly string _instance = Guid.NewGuid().ToString();
    private string _atActivation = "";

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _atActivation = note.State.Value;
        return Task.CompletedTask;
    }

    public async Task<string> Set(string value)
    {
        note.State.Value = value;
        await note.WriteStateAsync();
        return note.Etag!;
    }

    public Task<string> SetUnwritten(string value)
    {
        note.State.Value = value;
        return Get();
    }

    public Task<string> Get() => Task.FromResult($"{_atActivation} {note.State.Value} {note.RecordExists} {note.Etag is not null}");

    public async Task<string> Read()
    {
        await note.ReadStateAsync();
        return await Get();
    }

    public Task Clear() => note.ClearStateAsync();

    public async Task<string> Other(string value)
    {
        if (value.Length > 0)
        {
            other.State = new() { Value = value };
            await other.WriteStateAsync(CancellationToken.None);
        }

        return other.State.Value;
    }

    public async Task<int> WriteAtOnce(int times)
    {
        var writes = new List<Task>();
        for (var i = 0; i < times; i++)
        {
            note.State.Value = i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            writes.Add(note.WriteStateAsync());
        }

        await Task.WhenAll(writes);
        return writes.Distinct().Count();
    }

    public Task<string> Outside() => Task.Run(() =>
    {
        try
        {
            return note.State.Value;
        }
        catch (InvalidOperationException)
        {
            return "refused";
        }
    });

    public Task<string> Instance() => Task.FromResult(_instance);

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

[GrainType("test.unknownstorage")]
public sealed class UnknownStorageGrain([PersistentState("x", "nowhere")] IPersistentState<NoteState> note) : Grain, IUnknownStorageGrain
{
    public Task Nothing() => Task.FromResult(note.State);
}
