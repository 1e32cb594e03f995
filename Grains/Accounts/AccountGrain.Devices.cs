using OrleansIM.Sessions;

namespace OrleansIM.Grains.Accounts;

/// <summary>Everything that gets at the account, for its owner to see and shut out.</summary>
internal sealed partial class AccountGrain
{
    public Task<Outcome<DeviceInfo[]>> ListDevicesAsync(string session)
    {
        if ((Refuse(session) ?? RefuseMailOnly(session)) is { } refusal)
        {
            return Task.FromResult<Outcome<DeviceInfo[]>>(refusal);
        }

        SweepSessions(_time.GetUtcNow());
        var sessions = _sessions.Values.Select(open => new DeviceInfo
        {
            Kind = DeviceKind.Session,
            Id = open.Id,
            Name = open.Token.Device,
            CreatedAt = open.Since,
            LastUsed = open.LeaseUntil - _options.SessionLease,
            From = open.From,
            SignedInAs = open.SignedInAs,
        });
        var passwords = _sessions[session].IsOwn ? Record.AppPasswords : [];
        DeviceInfo[] devices =
        [
            .. sessions.Concat(passwords.Select(password => new DeviceInfo
            {
                Kind = DeviceKind.AppPassword,
                Id = password.Id,
                Name = password.Name,
                CreatedAt = password.CreatedAt,
                LastUsed = password.LastUsed,
                From = password.LastFrom,
            })).OrderBy(device => device.CreatedAt),
        ];
        return Task.FromResult<Outcome<DeviceInfo[]>>(devices);
    }
}
