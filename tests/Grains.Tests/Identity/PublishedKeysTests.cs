using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Identity;

namespace OrleansIM.Grains.Tests.Identity;

public class PublishedKeysTests
{
    private readonly ShiftableClock _clock = new();
    private readonly List<Exception> _failures = [];
    private readonly IdentityOptions _options = new();
    private string[] _published = ["one"];
    private bool _isDown;
    private int _fetches;

    [Fact]
    public async Task Find_KnownKey_AsksTheIssuerOnce()
    {
        var keys = Keys();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("one", Assert.Single(await keys.FindAsync("one", default)).KeyId);
        }

        Assert.Equal(1, _fetches);
    }

    [Fact]
    public async Task Find_ManyAtOnce_ShareOneFetch()
    {
        var keys = Keys();
        var found = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => keys.FindAsync("one", default)));
        Assert.All(found, one => Assert.Single(one));
        Assert.Equal(1, _fetches);
    }

    [Fact]
    public async Task Find_RotatedKey_IsFetchedAtOnceAndTheOldOneForgotten()
    {
        var keys = Keys();
        await keys.FindAsync("one", default);
        _published = ["two"];
        _clock.Advance(_options.FetchPause);
        Assert.Single(await keys.FindAsync("two", default));
        Assert.Empty(await keys.FindAsync("one", default));
        Assert.Equal(2, _fetches);
    }

    [Fact]
    public async Task Find_UnknownKeys_AskTheIssuerOncePerPause()
    {
        var keys = Keys();
        await keys.FindAsync("one", default);
        for (var pause = 1; pause <= 3; pause++)
        {
            _clock.Advance(_options.FetchPause);
            for (var i = 0; i < 20; i++)
            {
                Assert.Empty(await keys.FindAsync($"made-up-{i}", default));
            }

            Assert.Equal(1 + pause, _fetches);
        }
    }

    [Fact]
    public async Task Find_OldKeys_AreFetchedAgain()
    {
        var keys = Keys();
        await keys.FindAsync("one", default);
        _published = ["two"];
        _clock.Advance(_options.KeysMaxAge);
        Assert.Empty(await keys.FindAsync("one", default));
        Assert.Equal(2, _fetches);
    }

    [Fact]
    public async Task Find_IssuerIsDown_KeepsWhatIsKnownForAWhile()
    {
        var keys = Keys();
        await keys.FindAsync("one", default);
        _isDown = true;
        _clock.Advance(_options.KeysMaxAge);
        Assert.Single(await keys.FindAsync("one", default));
        _clock.Advance(_options.KeysKeptFor - _options.KeysMaxAge - TimeSpan.FromMinutes(1));
        Assert.Single(await keys.FindAsync("one", default));
        _clock.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<KeysUnavailableException>(() => keys.FindAsync("one", default));
        Assert.NotEmpty(_failures);
        _isDown = false;
        _clock.Advance(_options.FetchPause);
        Assert.Single(await keys.FindAsync("one", default));
    }

    [Fact]
    public async Task Find_IssuerWasNeverThere_AsksOncePerPauseAndSaysSo()
    {
        _isDown = true;
        var keys = Keys();
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<KeysUnavailableException>(() => keys.FindAsync("one", default));
        }

        Assert.Equal((1, 1), (_fetches, _failures.Count));
    }

    [Fact]
    public async Task Find_WithoutKid_AnswersAllKeys()
    {
        _published = ["one", "two"];
        Assert.Equal(2, (await Keys().FindAsync(null, default)).Count);
    }

    private PublishedKeys Keys() => new(FetchAsync, _options, _clock, _failures.Add);

    private async Task<IReadOnlyList<SecurityKey>> FetchAsync()
    {
        Interlocked.Increment(ref _fetches);
        await Task.Yield();
        return _isDown
            ? throw new KeysUnavailableException("down")
            : [.. _published.Select(kid => new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = kid })];
    }
}
