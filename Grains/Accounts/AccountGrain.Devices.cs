using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Grains.Collections;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Everything that gets at the account, for its owner to see and shut out. A device is in the record from its sign-in until it is
/// signed out, its token ends, or there are too many (<see cref="DeviceRules"/>).
/// </summary>
internal sealed partial class AccountGrain
{
    // A phone connects a hundred times a day: the record is written for the first of them, the others are remembered here.
    private static readonly TimeSpan s_deviceUsePrecision = TimeSpan.FromDays(1);

    private SparseMap<string, (DateTimeOffset At, string? From)> _deviceUse = new();

    /// <summary>
    /// What a token needs that is made now; the device that it is for, if one was said, is in the list then. A sign-in is
    /// written down as done only after that.
    /// </summary>
    /// <param name="via">What was presented.</param>
    /// <param name="refusal">For an account that takes no part (any more).</param>
    private async Task<Outcome<TokenGrant>> GrantAsync(string via, Refusal refusal)
    {
        var grant = await AddTokenAsync(via, refusal);
        AuditSignIn(IsActive ? grant.Refusal : null, via);
        return grant;
    }

    private async Task<Outcome<TokenGrant>> AddTokenAsync(string via, Refusal refusal)
    {
        if (!IsActive)
        {
            return refusal;
        }

        if (SigningIn.Said is not { } said)
        {
            return new TokenGrant { Generation = Record.TokenGeneration };
        }

        var now = _services.Time.GetUtcNow();
        var token = DeviceRules.NewToken();
        var generation = 0;
        DeviceRecord[] forgotten = [];
        var changed = await ChangeRecordAsync(record =>
        {
            if (!IsActive)
            {
                return refusal;
            }

            (var next, forgotten) = AddDevice(record, DeviceOf(token, said.Device, via, said.At, said.Until, now), now);
            generation = next.TokenGeneration;
            return next;
        });
        if (changed.Refusal is { } refused)
        {
            return refused;
        }

        await OnForgottenAsync(forgotten);
        return new TokenGrant { Generation = generation, TokenId = token };
    }

    public Task<Outcome<DeviceInfo[]>> ListDevicesAsync(string session)
    {
        if ((Refuse(session) ?? RefuseMailOnly(session)) is { } refusal)
        {
            return Task.FromResult<Outcome<DeviceInfo[]>>(refusal);
        }

        var now = _services.Time.GetUtcNow();
        SweepSessions(now);
        if (Refuse(session) is { } late)
        {
            return Task.FromResult<Outcome<DeviceInfo[]>>(late);
        }

        var sessions = _sessions.Values.Select(open => DeviceInfos.Of(open, _services.Options.SessionLease));
        var others = _sessions[session].IsOwn ? UnconnectedDevices(now).Concat(Record.AppPasswords.Select(DeviceInfos.Of)) : [];
        DeviceInfo[] devices = [.. sessions.Concat(others).OrderBy(device => device.CreatedAt)];
        return Task.FromResult<Outcome<DeviceInfo[]>>(devices);
    }

    private IEnumerable<DeviceInfo> UnconnectedDevices(DateTimeOffset now) =>
        Record.Devices.Where(device => device.ExpiresAt > now && !IsConnected(device)).Select(WithUse).Select(device => DeviceInfos.Of(device, _id));

    private DeviceRecord? FindDevice(string token) => Array.Find(Record.Devices, device => device.Token == token);

    private bool HasDevice(string token) => FindDevice(token) is not null;

    private bool IsConnected(DeviceRecord device) => _sessions.Values.Any(session => session.IsOwn && session.Token.TokenId == device.Token);

    private (AccountRecord Record, DeviceRecord[] Forgotten) AddDevice(AccountRecord record, DeviceRecord device, DateTimeOffset now) =>
        DeviceRules.Add(record with { Devices = Array.ConvertAll(record.Devices, WithUse) }, device, _services.Options.MaxDevices, now, IsConnected);

    private static DeviceRecord DeviceOf(string token, string name, string via, DateTimeOffset createdAt, DateTimeOffset expiresAt, DateTimeOffset now) => new()
    {
        Token = token,
        Name = name,
        Via = via,
        CreatedAt = createdAt,
        ExpiresAt = expiresAt,
        LastUsed = now,
        LastFrom = SecurityAudit.Source,
    };

    private async Task OnForgottenAsync(DeviceRecord[] forgotten)
    {
        foreach (var device in forgotten)
        {
            _services.Audit.Write(AuditEvents.SignedOut, _id, detail: "forgotten");
        }

        if (forgotten.Length > 0)
        {
            await EndOwnSessionsAsync(session => !IsGood(session.Token), SessionEnd.SignedOut);
        }
    }

    /// <summary>
    /// A token has opened a session: once a day that is written down. One of before there was a list gets its place in it.
    /// </summary>
    private async Task NoteDeviceAsync(TokenClaims token, DateTimeOffset now)
    {
        var known = FindDevice(token.TokenId);
        if (known is not null && now - known.LastUsed < s_deviceUsePrecision)
        {
            return;
        }

        DeviceRecord[] forgotten = [];
        await ChangeRecordAsync(record =>
        {
            if (!IsGood(token))
            {
                return record;
            }

            (var next, forgotten) = AddDevice(record, DeviceOf(token.TokenId, token.Device, token.Via, token.IssuedAt, token.ExpiresAt, now), now);
            return next;
        });
        await OnForgottenAsync(forgotten);
    }

    private void RememberUse(AccountSession gone)
    {
        var now = _services.Time.GetUtcNow();
        if (gone.IsOwn && HasDevice(gone.Token.TokenId))
        {
            foreach (var token in _deviceUse.Keys.Where(token => !HasDevice(token)).ToArray())
            {
                _deviceUse.Remove(token);
            }

            _deviceUse[gone.Token.TokenId] = (gone.LeaseUntil < now ? gone.LeaseUntil - _services.Options.SessionLease : now, gone.From);
        }
    }

    private DeviceRecord WithUse(DeviceRecord device) => _deviceUse.TryGetValue(device.Token, out var use) && use.At > device.LastUsed
        ? device with { LastUsed = use.At, LastFrom = use.From }
        : device;
}
