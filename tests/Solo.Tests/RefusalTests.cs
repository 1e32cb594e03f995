using Microsoft.Extensions.DependencyInjection;

namespace OrleansIM.Solo.Tests;

/// <summary>What Solo says it cannot do. The Orleans packages can do most of it, or say it at compile time.</summary>
[Collection(nameof(SharedHost))]
public sealed class RefusalTests(EngineHost host)
{
    private static bool IsSolo => typeof(Grain).Assembly.GetName().Name == "OrleansIM.Solo";

    private string Refusal(string what) => Assert.Throws<NotSupportedException>(() => what switch
    {
        "mutable argument" => host.Grain<IMutableArgument>(),
        "mutable result" => host.Grain<IMutableResult>(),
        _ => (object)host.Grain<IMutableElements>(),
    }).Message;

    [SkippableTheory]
    [InlineData("mutable argument", "IMutableArgument.Take", "parameter 'basket'")]
    [InlineData("mutable result", "IMutableResult.Give", "result")]
    [InlineData("mutable elements", "IMutableElements.Many", "parameter 'baskets'")]
    public void MutableType_InAnInterface_IsNamed(string what, string method, string where)
    {
        Skip.IfNot(IsSolo, "The Orleans packages copy mutable arguments.");
        var message = Refusal(what);
        Assert.Contains(method, message, StringComparison.Ordinal);
        Assert.Contains(where, message, StringComparison.Ordinal);
        Assert.Contains("Basket", message, StringComparison.Ordinal);
        Assert.Contains("[Immutable]", message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Assembly_NoneButSolo_IsLoaded()
    {
        Skip.IfNot(IsSolo, "This is not Solo.");
        Assert.DoesNotContain(AppDomain.CurrentDomain.GetAssemblies(), a => a.GetName().Name!.StartsWith("Orleans.", StringComparison.Ordinal));
        Assert.NotNull(host.Services.GetRequiredService<IClusterClient>());
        await Task.CompletedTask;
    }
}

[GenerateSerializer, Alias("test.Basket")]
public sealed class Basket
{
    [Id(0)] public int Apples { get; set; }
}

public interface IMutableArgument : IGrainWithStringKey
{
    Task Take(Basket basket);
}

public interface IMutableResult : IGrainWithStringKey
{
    Task<Basket> Give();
}

public interface IMutableElements : IGrainWithStringKey
{
    Task Many(List<Basket> baskets);
}

[GrainType("test.mutable")]
public sealed class MutableGrain : Grain, IMutableArgument, IMutableResult, IMutableElements
{
    public Task Take(Basket basket) => Task.CompletedTask;

    public Task<Basket> Give() => Task.FromResult(new Basket());

    public Task Many(List<Basket> baskets) => Task.CompletedTask;
}
