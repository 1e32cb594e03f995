using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Http;

/// <summary>
/// How often one source may fail to sign in or have the wrong invite, and register, and how often all together may. A source is
/// an IPv4 address or an IPv6 /64, which is what one household or machine has.
/// </summary>
internal sealed class SourceLimits(GatewayOptions options, SignInMetrics metrics) : IDisposable
{
    private readonly PartitionedRateLimiter<IPAddress> _failures = PerMinute<IPAddress>(options.FailedSignInsPerMinute);
    private readonly PartitionedRateLimiter<IPAddress> _mailboxes = PerMinute<IPAddress>(options.MailboxSignInsPerMinute);
    private readonly PartitionedRateLimiter<IPAddress> _registrations = PerMinute<IPAddress>(options.RegistrationsPerMinute);
    private readonly PartitionedRateLimiter<IPAddress> _invites = PerMinute<IPAddress>(options.FailedInvitesPerMinute);
    private readonly PartitionedRateLimiter<string> _signInsInTotal = PerMinute<string>(options.SignInsPerMinuteInTotal);
    private readonly PartitionedRateLimiter<string> _registrationsInTotal = PerMinute<string>(options.RegistrationsPerMinuteInTotal);

    /// <summary>Null if the source may try to sign in; counts it among those of everybody.</summary>
    public Refusal? CheckSignIn(HttpContext http) => Check(_failures, http, "signin", permits: 0) ?? CountInTotal(_signInsInTotal, "signin_total");

    /// <summary>Null if the source may call the service API; people's sign-ins are not counted with it, and have their own limit.</summary>
    public Refusal? CheckService(HttpContext http) => Check(_failures, http, "signin", permits: 0);

    public void CountFailedSignIn(HttpContext http) => Count(_failures, http);

    /// <summary>Null if the source may come with an invite.</summary>
    public Refusal? CheckInvite(HttpContext http) => Check(_invites, http, "invite", permits: 0);

    public void CountFailedInvite(HttpContext http) => Count(_invites, http);

    /// <summary>Null if the source may sign in with a mailbox; counts it.</summary>
    public Refusal? CountMailboxSignIn(HttpContext http) => Check(_mailboxes, http, "mailbox_signin");

    /// <summary>Null if the source may register; counts it.</summary>
    public Refusal? CountRegistration(HttpContext http) => Check(_registrations, http, "registration") ?? CountInTotal(_registrationsInTotal, "registration_total");

    public void Dispose()
    {
        _failures.Dispose();
        _mailboxes.Dispose();
        _registrations.Dispose();
        _invites.Dispose();
        _signInsInTotal.Dispose();
        _registrationsInTotal.Dispose();
    }

    /// <summary>What an address is counted as.</summary>
    public static IPAddress SourceOf(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetwork || IPAddress.IsLoopback(address))
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    /// <summary>So many a minute for each key.</summary>
    internal static PartitionedRateLimiter<TKey> PerMinute<TKey>(int permits) where TKey : notnull =>
        PartitionedRateLimiter.Create<TKey, TKey>(key => RateLimitPartition.GetFixedWindowLimiter(key, _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = permits,
            Window = TimeSpan.FromMinutes(1),
        }));

    private static void Count(PartitionedRateLimiter<IPAddress> limiter, HttpContext http)
    {
        using var lease = limiter.AttemptAcquire(SourceOf(http.Connection.RemoteIpAddress));
    }

    private Refusal? Check(PartitionedRateLimiter<IPAddress> limiter, HttpContext http, string name, int permits = 1)
    {
        using var lease = limiter.AttemptAcquire(SourceOf(http.Connection.RemoteIpAddress), permits);
        return Refuse(lease, name, "Too many attempts from this address. Wait and try again.");
    }

    private Refusal? CountInTotal(PartitionedRateLimiter<string> limiter, string name)
    {
        using var lease = limiter.AttemptAcquire(name);
        return Refuse(lease, name, "Too many people try this at once. Wait and try again.");
    }

    private Refusal? Refuse(RateLimitLease lease, string name, string message)
    {
        if (lease.IsAcquired)
        {
            return null;
        }

        metrics.OnLimited(name);
        return new Refusal(ErrorCodes.SlowDown, message, lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1));
    }
}
