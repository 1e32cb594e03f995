using System.Security.Cryptography;
using OrleansIM.Accounts;

namespace OrleansIM.Grains.Accounts;

/// <summary>Which devices are in an account's list, and which are forgotten when it is full.</summary>
internal static class DeviceRules
{
    /// <summary>Whether a token of that id is good only while it is in the list.</summary>
    public static bool IsListed(string token) => token.StartsWith(TokenClaims.ListedMark);

    /// <summary>The id of a token that is good only while it is in the list.</summary>
    public static string NewToken() => TokenClaims.ListedMark + RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>
    /// Puts a device into the list. What has expired goes; if there is no room then, those go that are not connected and were
    /// not heard of for the longest time, and if all are connected, of those. Their tokens are dead with that.
    /// </summary>
    public static (AccountRecord Record, DeviceRecord[] Forgotten) Add(
        AccountRecord record, DeviceRecord device, int most, DateTimeOffset now, Func<DeviceRecord, bool> isConnected)
    {
        var others = record.Devices.Where(known => known.Token != device.Token && known.ExpiresAt > now).ToArray();
        var forgotten = others.OrderBy(isConnected).ThenBy(known => known.LastUsed).Take(others.Length - most + 1).ToArray();
        var next = forgotten.Aggregate(record, (seen, gone) => SignOut(seen, gone.Token, gone.ExpiresAt, now));
        return (next with { Devices = [.. others.Except(forgotten), device] }, forgotten);
    }

    /// <summary>The token of that id is dead: it is in the list no more, or, if its kind is not listed, among those that are.</summary>
    public static AccountRecord SignOut(AccountRecord record, string token, DateTimeOffset expiresAt, DateTimeOffset now)
    {
        var revoked = record.RevokedTokens.Where(dead => dead.Value > now).ToDictionary();
        if (!IsListed(token))
        {
            revoked[token] = expiresAt;
        }

        return record with { RevokedTokens = revoked, Devices = [.. record.Devices.Where(device => device.Token != token)] };
    }
}
