using OrleansIM.Sessions;

namespace OrleansIM.Grains.Accounts;

/// <summary>What gets at an account, as its owner is shown it: sessions, devices that are not connected, app passwords.</summary>
internal static class DeviceInfos
{
    /// <param name="open">The session.</param>
    /// <param name="lease">How long it is kept without being heard of.</param>
    public static DeviceInfo Of(AccountSession open, TimeSpan lease) => new()
    {
        Kind = DeviceKind.Session,
        Id = open.Id,
        Name = open.Token.Device,
        CreatedAt = open.Since,
        LastUsed = open.LeaseUntil - lease,
        From = open.From,
        SignedInAs = open.SignedInAs,
        SignedInAt = open.Token.IssuedAt,
    };

    /// <param name="device">The device.</param>
    /// <param name="account">The account that it is signed in to.</param>
    public static DeviceInfo Of(DeviceRecord device, string account) => new()
    {
        Kind = DeviceKind.Device,
        Id = device.Token,
        Name = device.Name,
        CreatedAt = device.CreatedAt,
        LastUsed = device.LastUsed,
        From = device.LastFrom,
        SignedInAs = account,
        SignedInAt = device.CreatedAt,
    };

    /// <param name="password">The app password.</param>
    public static DeviceInfo Of(AppPasswordRecord password) => new()
    {
        Kind = DeviceKind.AppPassword,
        Id = password.Id,
        Name = password.Name,
        CreatedAt = password.CreatedAt,
        LastUsed = password.LastUsed,
        From = password.LastFrom,
    };
}
