using OrleansIM.Solo.Tests.Grains;

namespace OrleansIM.Solo.Tests;

[Collection(nameof(SharedHost))]
public sealed class ContextTests(EngineHost host)
{
    [Fact]
    public async Task Value_OfTheCaller_TravelsDown()
    {
        RequestContext.Set("who", "me");
        Assert.Equal("me", await host.Grain<IContextGrain>().Get("who"));
        Assert.Equal("me", await host.Grain<IContextGrain>().GetBeyond("who", Guid.NewGuid().ToString()));
        Assert.True(RequestContext.Remove("who"));
        Assert.Equal("none", await host.Grain<IContextGrain>().Get("who"));
    }

    [Fact]
    public async Task Value_OfTheGrain_ComesNeitherBackNorToTheNextCall()
    {
        var grain = host.Grain<IContextGrain>();
        await grain.Set("who", "grain");
        Assert.Null(RequestContext.Get("who"));
        Assert.Equal("none", await grain.Get("who"));
    }

    [Fact]
    public async Task Values_OfTwoCallers_StayApart()
    {
        var grain = host.Grain<IContextGrain>();
        async Task<string> As(string who)
        {
            RequestContext.Set("who", who);
            return await grain.Get("who");
        }

        var all = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => As(n.ToString(System.Globalization.CultureInfo.InvariantCulture))));
        Assert.Equal(Enumerable.Range(0, 50).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)), all);
    }

    [Fact]
    public async Task AsyncLocal_OfTheCaller_DoesNotTravel()
    {
        var grain = host.Grain<IContextGrain>();
        ContextGrain.Ambient.Value = "caller";
        Assert.Equal("none", await grain.Local());
    }
}
