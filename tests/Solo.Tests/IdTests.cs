namespace OrleansIM.Solo.Tests;

/// <summary>Ids and hashes end up in databases: they are the same on every engine.</summary>
public sealed class IdTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("alice")]
    [InlineData("0123456789abcdef")]
    [InlineData("0123456789abcdef0")]
    [InlineData("a key of more than thirty-two bytes, so that the hash goes round twice: äöü")]
    public void Hash_OfText_IsTheKnownOne(string text) => Assert.Equal(Known.Hashes[text], IdSpan.Create(text).GetUniformHashCode());

    [Fact]
    public void GrainId_Written_IsReadBack()
    {
        var id = GrainId.Create("im.account", "alice/home");
        Assert.Equal("im.account/alice/home", id.ToString());
        Assert.Equal(id, GrainId.Parse("im.account/alice/home"));
        Assert.Equal(Known.AccountHash, id.GetUniformHashCode());
        Assert.False(GrainId.TryParse("alice", out _));
        Assert.Equal("\"im.account/alice/home\"", System.Text.Json.JsonSerializer.Serialize(id));
        Assert.Equal(id, System.Text.Json.JsonSerializer.Deserialize<GrainId>("\"im.account/alice/home\""));
    }

    [Theory]
    [InlineData("1f", true, 31, null)]
    [InlineData("1F+x", true, 31, "x")]
    [InlineData("alice", false, 0, null)]
    [InlineData("cafe", true, 0xcafe, null)]
    [InlineData("", false, 0, null)]
    public void Key_ThatReadsAsANumber_IsOne(string key, bool isNumber, long number, string? extension)
    {
        var id = new GrainId(GrainType.Create("t"), IdSpan.Create(key));
        Assert.Equal(isNumber, id.TryGetIntegerKey(out var found, out var rest));
        if (isNumber)
        {
            Assert.Equal((number, extension), (found, rest));
        }
    }

    [Theory]
    [InlineData("0f8fad5bd9cb469fa16570867728950e", true, null)]
    [InlineData("0f8fad5bd9cb469fa16570867728950e+x", true, "x")]
    [InlineData("0f8fad5bd9cb469fa16570867728950", false, null)]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950e", false, null)]
    public void Key_ThatReadsAsAGuid_IsOne(string key, bool isGuid, string? extension)
    {
        var id = GrainId.Create("t", key);
        Assert.Equal(isGuid, id.TryGetGuidKey(out var guid, out var rest));
        if (isGuid)
        {
            Assert.Equal((new Guid(key[..32]), extension), (guid, rest));
        }
    }

    private static class Known
    {
        public const uint AccountHash = 277580159;

        public static readonly Dictionary<string, uint> Hashes = new()
        {
            [""] = 90033154,
            ["a"] = 1450446165,
            ["alice"] = 2104638069,
            ["0123456789abcdef"] = 1767621826,
            ["0123456789abcdef0"] = 3172503978,
            ["a key of more than thirty-two bytes, so that the hash goes round twice: äöü"] = 3936767911,
        };
    }
}
