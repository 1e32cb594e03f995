using OrleansIM.Grains.Presence;
using OrleansIM.Presence;

namespace OrleansIM.Grains.Tests.Presence;

public sealed class PresenceDamperTests
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.UnixEpoch;
    private static readonly SessionPresence s_online = SessionPresence.Online;
    private static readonly SessionPresence s_away = new() { Status = PresenceStatus.Away };
    private static readonly SessionPresence s_invisible = new() { Status = PresenceStatus.Invisible };

    private PresenceDamper _damper = new(new PresenceOptions { OfflineDelay = TimeSpan.FromSeconds(5), MinInterval = TimeSpan.FromMilliseconds(200) });

    [Fact]
    public void Decide_FirstSession_SharesAtOnceAndTellsNoOwnSession()
    {
        var step = Decide(0, s_online);

        Assert.Equal(new PresenceStep { SharedChanged = true }, step);
        Assert.Equal(PresenceStatus.Online, _damper.Shared.Status);
    }

    [Fact]
    public void Decide_SessionsGone_WaitsBeforeItIsOffline()
    {
        Decide(0, s_online);

        Assert.Equal(new PresenceStep { AskAgainAt = At(15) }, Decide(10, null));
        Assert.Equal(new PresenceStep { AskAgainAt = At(15) }, Decide(14.9, null));
        Assert.Equal(PresenceStatus.Online, _damper.Shared.Status);
        Assert.Equal(new PresenceStep { SharedChanged = true, IsGone = true }, Decide(15, null));
        Assert.Equal(PresenceStatus.Offline, _damper.Shared.Status);
    }

    [Fact]
    public void Decide_SessionBackInTime_NothingIsTold()
    {
        Decide(0, s_online);
        Decide(10, null);

        Assert.Equal(default, Decide(14, s_online));
        Assert.Equal(new PresenceStep { AskAgainAt = At(25) }, Decide(20, null));
    }

    [Fact]
    public void Decide_ChangesInQuickSuccession_TellsTheLastOne()
    {
        Decide(0, s_online);

        Assert.Equal(At(0.2), Decide(0.1, s_away).AskAgainAt);
        Assert.Equal(At(0.2), Decide(0.15, s_online with { Note = "back" }).AskAgainAt);
        var step = Decide(0.2, s_online with { Note = "back" });

        Assert.Equal(new PresenceStep { OwnChanged = true, SharedChanged = true }, step);
        Assert.Equal("back", _damper.Shared.Note);
    }

    [Fact]
    public void Decide_ThereAndBackInQuickSuccession_TellsNothing()
    {
        Decide(0, s_online);
        Decide(0.1, s_away);

        Assert.Equal(default, Decide(0.15, s_online));
    }

    [Fact]
    public void Decide_BecomesInvisible_TellsOwnSessionsOnly()
    {
        Decide(0, s_online);
        Decide(1, s_invisible);
        Assert.Equal(PresenceStatus.Offline, _damper.Shared.Status);

        var step = Decide(2, s_invisible with { Note = "quiet" });

        Assert.Equal(new PresenceStep { OwnChanged = true }, step);
    }

    [Fact]
    public void Decide_HidingSessionIsCut_StaysHiddenWhileItMayBeBack()
    {
        Decide(0, s_invisible);
        _damper.OnHidingSessionEnded(At(10));

        Assert.Equal(new PresenceStep { AskAgainAt = At(15) }, Decide(10, s_online));
        Assert.Equal(PresenceStatus.Invisible, _damper.At(At(14), s_online)?.Status);
        Assert.False(Decide(14, s_invisible).SharedChanged);
        Assert.True(Decide(15, s_online).SharedChanged);
    }

    [Fact]
    public void Decide_HidingSessionIsCutButTheUserSaysOnline_IsShown()
    {
        Decide(0, s_invisible);
        _damper.OnHidingSessionEnded(At(10));
        Decide(10, s_online);
        _damper.OnChosen();

        Assert.True(Decide(11, s_online).SharedChanged);
    }

    [Fact]
    public void Decide_LastSeenIsShared_IsWhenTheLastSessionEnded()
    {
        Decide(0, s_online, sharesLastSeen: true);
        Decide(10, null, sharesLastSeen: true);
        Decide(15, null, sharesLastSeen: true);

        Assert.Equal(At(10), _damper.Shared.LastSeen);
    }

    [Fact]
    public void Decide_WhileInvisible_LastSeenDoesNotMove()
    {
        Decide(0, s_online, sharesLastSeen: true);
        Decide(10, s_invisible, sharesLastSeen: true);
        Assert.Equal(At(10), _damper.Shared.LastSeen);

        Assert.Equal(new PresenceStep { AskAgainAt = At(25) }, Decide(20, null, sharesLastSeen: true));
        Assert.Equal(new PresenceStep { IsGone = true }, Decide(25, null, sharesLastSeen: true));
        Assert.Equal(At(10), _damper.Shared.LastSeen);
    }

    [Fact]
    public void Decide_NobodyMaySee_SharesNothingAndKeepsTheOwnState()
    {
        Decide(0, s_online);

        Assert.Equal(new PresenceStep { SharedChanged = true }, _damper.Decide(At(1), s_online, sharesPresence: false, sharesLastSeen: true));
        Assert.Equal(PresenceState.Offline, _damper.Shared);
        Assert.Equal(s_online, _damper.Own);
    }

    [Fact]
    public void Withdraw_NothingWaitsAndNothingIsKnown()
    {
        Decide(0, s_online, sharesLastSeen: true);
        _damper.Withdraw();

        Assert.Equal(PresenceState.Offline, _damper.Shared);
        Assert.Equal(new PresenceStep { IsGone = true }, Decide(1, null, sharesLastSeen: true));
    }

    private PresenceStep Decide(double seconds, SessionPresence? own, bool sharesLastSeen = false) =>
        _damper.Decide(At(seconds), own, sharesPresence: true, sharesLastSeen);

    private static DateTimeOffset At(double seconds) => s_start.AddSeconds(seconds);
}
