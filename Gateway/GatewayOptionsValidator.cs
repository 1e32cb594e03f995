using Microsoft.Extensions.Options;

namespace OrleansIM.Gateway;

/// <summary>Reports every fault of <see cref="GatewayOptions"/> at once, each with the setting's name and what it takes.</summary>
internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var faults = new OptionFaults(GatewayOptions.Section);

        Time(nameof(options.TokenLifetime), options.TokenLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650));
        Time(nameof(options.HelloTimeout), options.HelloTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        Time(nameof(options.Heartbeat), options.Heartbeat, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Time(nameof(options.RenewalPeriod), options.RenewalPeriod, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Time(nameof(options.SlowReaderTimeout), options.SlowReaderTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Time(nameof(options.PageTimeout), options.PageTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Time(nameof(options.CloseTimeout), options.CloseTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Time(nameof(options.DrainSpread), options.DrainSpread, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Time(nameof(options.DrainTimeout), options.DrainTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Time(nameof(options.MailboxSignInTimeout), options.MailboxSignInTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(25));
        Count(nameof(options.MinPasswordLength), options.MinPasswordLength, 1, 64);
        Count(nameof(options.MaxQueuedBytes), options.MaxQueuedBytes, 16 * 1024, 256 * 1024 * 1024);
        Count(nameof(options.MaxRequestsInFlight), options.MaxRequestsInFlight, 1, 10_000);
        Count(nameof(options.MaxMailRequestsInFlight), options.MaxMailRequestsInFlight, 1, 10_000);
        Count(nameof(options.MaxBodyBytes), options.MaxBodyBytes, 1, 48 * 1024);
        Count(nameof(options.FailedSignInsPerMinute), options.FailedSignInsPerMinute, 1, int.MaxValue);
        Count(nameof(options.MailboxSignInsPerMinute), options.MailboxSignInsPerMinute, 1, int.MaxValue);
        Count(nameof(options.RememberedSignIns), options.RememberedSignIns, 1, 10_000_000);
        Count(nameof(options.RegistrationsPerMinute), options.RegistrationsPerMinute, 1, int.MaxValue);
        Count(nameof(options.FailedInvitesPerMinute), options.FailedInvitesPerMinute, 1, int.MaxValue);

        Time(nameof(options.FrameTimeout), options.FrameTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Count(nameof(options.MaxConnections), options.MaxConnections, 1, int.MaxValue);
        Count(nameof(options.MaxStreams), options.MaxStreams, 1, int.MaxValue);
        Count(nameof(options.MaxStreamsPerSource), options.MaxStreamsPerSource, 1, int.MaxValue);
        Count(nameof(options.StreamsPerMinute), options.StreamsPerMinute, 1, int.MaxValue);
        Count(nameof(options.MaxUngreetedStreams), options.MaxUngreetedStreams, 1, int.MaxValue);
        Count(nameof(options.RequestsPerSecond), options.RequestsPerSecond, 1, int.MaxValue);
        Count(nameof(options.RequestBurst), options.RequestBurst, 1, int.MaxValue);
        Count(nameof(options.AccountRequestsPerSecond), options.AccountRequestsPerSecond, 1, int.MaxValue);
        Count(nameof(options.AccountRequestBurst), options.AccountRequestBurst, 1, int.MaxValue);
        Count(nameof(options.ControlBytesPerSecond), options.ControlBytesPerSecond, 512, int.MaxValue);
        Count(nameof(options.MaxReceiveBytes), options.MaxReceiveBytes, 128 * 1024, long.MaxValue);
        Count(nameof(options.MaxQueuedBytesInTotal), options.MaxQueuedBytesInTotal, 16 * 1024, long.MaxValue);
        Count(nameof(options.SignInsPerMinuteInTotal), options.SignInsPerMinuteInTotal, 1, int.MaxValue);
        Count(nameof(options.RegistrationsPerMinuteInTotal), options.RegistrationsPerMinuteInTotal, 1, int.MaxValue);

        return faults.Result();

        void Time(string setting, TimeSpan value, TimeSpan least, TimeSpan most) => faults.Range(setting, value, least, most);

        void Count(string setting, long value, long least, long most) => faults.Range(setting, value, least, most);
    }
}
