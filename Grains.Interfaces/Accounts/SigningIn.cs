using Orleans.Runtime;

namespace OrleansIM.Accounts;

/// <summary>
/// The device that signs in, beside the calls that check a password or token: the account puts it into its list, and the grant says
/// what the token is called there. Beside them and not in them, so that in a cluster of two versions whoever knows nothing of
/// devices signs in as before.
/// </summary>
public static class SigningIn
{
    private const string DeviceKey = "im.device", AtKey = "im.device.at", UntilKey = "im.device.until";

    /// <summary>Says for the calls that follow which device signs in, when, and how long its token will be good.</summary>
    public static void Say(string device, DateTimeOffset at, DateTimeOffset until)
    {
        RequestContext.Set(DeviceKey, device);
        RequestContext.Set(AtKey, at.ToUnixTimeMilliseconds());
        RequestContext.Set(UntilKey, until.ToUnixTimeMilliseconds());
    }

    /// <summary>What was said; null if nothing.</summary>
    public static (string Device, DateTimeOffset At, DateTimeOffset Until)? Said =>
        RequestContext.Get(DeviceKey) is string device && RequestContext.Get(AtKey) is long at && RequestContext.Get(UntilKey) is long until
            ? (device, DateTimeOffset.FromUnixTimeMilliseconds(at), DateTimeOffset.FromUnixTimeMilliseconds(until))
            : null;
}
