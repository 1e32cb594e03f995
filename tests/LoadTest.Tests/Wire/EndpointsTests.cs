using Microsoft.Extensions.Time.Testing;
using OrleansIM.LoadTest.Wire;

namespace OrleansIM.LoadTest.Tests.Wire;

public sealed class EndpointsTests
{
    private readonly Uri[] _gateways = [new("http://127.0.0.1:1001"), new("http://127.0.0.1:1002"), new("http://127.0.0.1:1003")];

    [Fact]
    public void Pick_GoesRound()
    {
        var endpoints = new Endpoints(_gateways, static _ => true, TimeProvider.System);

        Assert.Equal([0, 1, 2], Enumerable.Range(0, 3).Select(_ => endpoints.Pick()).Order());
    }

    [Fact]
    public void Pick_PassesOverWhatIsNotReadyOrDidNotAnswer()
    {
        var endpoints = new Endpoints(_gateways, static index => index != 0, TimeProvider.System);
        endpoints.Avoid(2);

        Assert.All(Enumerable.Range(0, 10), _ => Assert.Equal(1, endpoints.Pick()));
    }

    [Fact]
    public void Pick_WhereNothingIsReady_TriesAllTheSame()
    {
        var endpoints = new Endpoints(_gateways, static _ => false, TimeProvider.System);

        Assert.Equal(3, Enumerable.Range(0, 9).Select(_ => endpoints.Pick()).Distinct().Count());
    }

    [Fact]
    public void AskedInVainFor_CountsFromTheFirstQuestionSinceAnythingCame()
    {
        var time = new FakeTimeProvider();
        var endpoints = new Endpoints(_gateways, static _ => true, time);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.Zero, endpoints.AskedInVainFor);

        endpoints.Pick();
        time.Advance(TimeSpan.FromSeconds(20));
        endpoints.Avoid(0);
        endpoints.Pick();
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(25), endpoints.AskedInVainFor);

        endpoints.Heard();
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.Zero, endpoints.AskedInVainFor);
    }

    [Fact]
    public void At_ChangesHostAndPortAlone()
    {
        var endpoints = new Endpoints(_gateways, static _ => true, TimeProvider.System);

        Assert.Equal(new Uri("ws://127.0.0.1:1002/v1/stream?a=b"), endpoints.At(1, new Uri("ws://elsewhere:5/v1/stream?a=b")));
    }
}
