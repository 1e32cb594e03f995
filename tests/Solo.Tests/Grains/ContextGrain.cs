namespace OrleansIM.Solo.Tests.Grains;

public interface IContextGrain : IGrainWithStringKey
{
    Task<string> Get(string name);
    Task<string> GetBeyond(string name, string other);
    Task Set(string name, string value);
    Task<string> Local();
}

[GrainType("test.context")]
public sealed class ContextGrain : Grain, IContextGrain
{
    internal static readonly AsyncLocal<string?> Ambient = new();

    public async Task<string> Get(string name)
    {
        await Task.Yield();
        return RequestContext.Get(name) as string ?? "none";
    }

    public Task<string> GetBeyond(string name, string other) => GrainFactory.GetGrain<IContextGrain>(other).Get(name);

    public Task Set(string name, string value)
    {
        RequestContext.Set(name, value);
        return Task.CompletedTask;
    }

    public Task<string> Local() => Task.FromResult(Ambient.Value ?? "none");
}
