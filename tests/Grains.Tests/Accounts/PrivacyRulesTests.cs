using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Profiles;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Tests.Accounts;

public sealed class PrivacyRulesTests
{
    [Theory]
    [InlineData("privacy.messages", "\"everyone\"")]
    [InlineData("privacy.receipts", "\"nobody\"")]
    [InlineData("privacy.presence", "\"nobody\"")]
    [InlineData("privacy.lastSeen", " \"\\u0066riends\" ")]
    [InlineData("privacy.lastSeen", null)]
    [InlineData("privacyOfMine", "17")]
    [InlineData("theme", "{}")]
    public void Check_WhatIsKnown_IsTaken(string key, string? json) => Assert.Null(PrivacyRules.Check(key, json));

    [Theory]
    [InlineData("privacy.messages", "\"nobody\"", "value: privacy.messages is one of friends, everyone.")]
    [InlineData("privacy.receipts", "\"everyone\"", "value: privacy.receipts is one of friends, nobody.")]
    [InlineData("privacy.receipts", "\"Friends\"", "value: privacy.receipts is one of friends, nobody.")]
    [InlineData("privacy.receipts", "true", "value: privacy.receipts is one of friends, nobody.")]
    [InlineData("privacy.lastseen", "\"friends\"", "key: there is no such privacy setting. There are privacy.messages, privacy.receipts, privacy.presence, privacy.lastSeen.")]
    [InlineData("privacy.", null, "key: there is no such privacy setting. There are privacy.messages, privacy.receipts, privacy.presence, privacy.lastSeen.")]
    public void Check_WhatIsNot_IsRefusedWithWhatThereIs(string key, string? json, string message)
    {
        var refusal = PrivacyRules.Check(key, json);

        Assert.Equal((ErrorCodes.InvalidArgument, message), (refusal?.Code, refusal?.Message));
    }

    [Fact]
    public void Read_WithoutASetting_IsFriends_ButForLastSeen()
    {
        Assert.Equal(PrivacySettings.Friends, PrivacyRules.Read(new Dictionary<string, string>(), PrivacySettings.Presence));
        Assert.Equal(PrivacySettings.Nobody, PrivacyRules.Read(new Dictionary<string, string>(), PrivacySettings.LastSeen));
        Assert.Equal(PrivacySettings.Friends, PrivacyRules.Read(new Dictionary<string, string>(), PrivacySettings.Messages));
        Assert.Equal(PrivacySettings.Everyone, PrivacyRules.Read(new Dictionary<string, string> { ["privacy.messages"] = "\"everyone\"" }, PrivacySettings.Messages));
    }

    [Fact]
    public async Task Set_UnknownValue_IsRefusedAndStoresNothing()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        var ann = await world.SignInAsync("ann");

        (await SetAsync(ValueStore.Settings, "privacy.receipts", "\"sometimes\"")).ShouldBeRefused(ErrorCodes.InvalidArgument);
        (await SetAsync(ValueStore.Settings, "privacy.unheard", "\"friends\"")).ShouldBeRefused(ErrorCodes.InvalidArgument);
        (await SetAsync(ValueStore.Custom, "privacy.unheard", "17")).ShouldBeDone();
        (await SetAsync(ValueStore.Settings, "privacy.receipts", "\"nobody\"")).ShouldBeDone();
        (await SetAsync(ValueStore.Settings, "privacy.receipts", null)).ShouldBeDone();

        Assert.Equal(3, world.Store.All("ann").Count);

        Task<Outcome> SetAsync(ValueStore store, string key, string? json) =>
            world.Account("ann").SetValueAsync(ann.Id, new SetValue { Store = store, Key = key, Json = json });
    }
}
