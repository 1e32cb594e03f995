namespace OrleansIM.Browser.Tests;

/// <summary>
/// The web client in a real browser, against the real server. The scenarios are in <c>browser/scenarios</c>; they run in
/// one browser, one after the other, at the first test, and each is a test here.
/// </summary>
public sealed class BrowserTests(BrowserRun run) : IClassFixture<BrowserRun>
{
    [SkippableTheory]
    [InlineData("threeLinkedTabs_ItemsGoToTheReceivingTabAndBlinkUntilRead")]
    [InlineData("reducedMotion_NothingMovesButItShows")]
    [InlineData("sendStates_GoFromSentToReadAndAFailureCanBeRetried")]
    [InlineData("history_IsPagedBackwardsWithoutLosingThePlace")]
    [InlineData("groups_AreMadeSpokenInChangedAndLeft")]
    [InlineData("notifications_TellOnlyWhatIsNotLookedAt")]
    [InlineData("linkSettings_AddsSeveralShowsTheRejectedAndTwoBrowsersSeeItLive")]
    [InlineData("restart_PagesResumeAndTheOfflineQueueSurvivesAReload")]
    [InlineData("signOut_ForgetsEverythingOfTheAccount")]
    [InlineData("hostileTexts_AreShownAsTextEverywhere")]
    [InlineData("accessibility_NoSeriousFindingInTheMainStates")]
    [InlineData("widthsAndDirections_NothingHangsOverTheEdge")]
    [InlineData("invites_LetInAndTheServiceSpeaks")]
    [InlineData("settings_AreSavedAndShown")]
    [InlineData("devices_AreListedWithTheirUseAndShutOutOneByOne")]
    [InlineData("ownData_IsDownloadedAndTheAccountIsDeleted")]
    [InlineData("texts_AreInEveryLanguage")]
    [InlineData("dashboard_ShowsGrainsAndAsksNobodyElse")]
    [InlineData("mail_IsShownWithTheFriendsNameAndTheMailViewOpensAfterMailboxSignIn")]
    public async Task Scenario_InChromium_Passes(string scenario)
    {
        Skip.If(run.Missing is not null, run.Missing);
        var result = await run.ResultAsync(scenario);

        Skip.If(result.Skipped is not null, result.Skipped);
        Assert.True(result.Ok, result.Error);
    }
}
