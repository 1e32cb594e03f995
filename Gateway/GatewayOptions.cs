namespace OrleansIM.Gateway;

/// <summary>Settings of the gateway (section <c>Gateway</c>). Checked at start; every fault is reported in one go.</summary>
public sealed class GatewayOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Gateway";

    /// <summary>Whether the web client is served at <c>/</c>. Default: true.</summary>
    public bool WebClient { get; set; } = true;

    /// <summary>How long a token is good after a sign-in. Default: 30 days.</summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// The fewest characters of a new password. The protocol sets none, so neither does the default; NIST SP 800-63B asks
    /// for 8 or more. Default: 1.
    /// </summary>
    public int MinPasswordLength { get; set; } = 1;

    /// <summary>How long a new stream may wait with its <c>hello</c>. Default: 10 seconds.</summary>
    public TimeSpan HelloTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The client's and the server's heartbeat; a stream that is silent for two of them is closed. Default: 30 seconds.
    /// </summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often this gateway renews its sessions at their accounts. Must be well under the accounts' lease
    /// (<c>Accounts:SessionLease</c>). Default: 30 seconds.
    /// </summary>
    public TimeSpan RenewalPeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Bytes that wait for one client before its session stops taking pushes. One frame may go over it. A client that
    /// asks without reading its answers is bounded by <see cref="MaxRequestsInFlight"/> answers of at most half of this
    /// in addition. Default: 256 KiB.
    /// </summary>
    public int MaxQueuedBytes { get; set; } = 256 * 1024;

    /// <summary>How long a client may take nothing at all of what waits for it. Default: 20 seconds.</summary>
    public TimeSpan SlowReaderTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Requests of one stream that are worked on at a time; the next is not read before one is answered. Default: 64.</summary>
    public int MaxRequestsInFlight { get; set; } = 64;

    /// <summary>
    /// Requests of one stream about mail that are worked on at a time, of those in <see cref="MaxRequestsInFlight"/>; the
    /// next is refused with <c>slow_down</c>. Never more than half of those, so that a mail server that takes its time
    /// holds up nothing else. Default: 16.
    /// </summary>
    public int MaxMailRequestsInFlight { get; set; } = 16;

    /// <summary>The largest body of a message, in bytes of UTF-8. Default: 16 KiB.</summary>
    public int MaxBodyBytes { get; set; } = 16 * 1024;

    /// <summary>
    /// Failed sign-ins per minute and source (an IPv4 address, or an IPv6 /64) before the source is told to slow down.
    /// Sign-ins that succeed are not counted. Default: 100.
    /// </summary>
    public int FailedSignInsPerMinute { get; set; } = 100;

    /// <summary>
    /// Sign-ins with a mailbox per minute and source, the successful ones too: each asks a mail server. Default: 100.
    /// </summary>
    public int MailboxSignInsPerMinute { get; set; } = 100;

    /// <summary>How long a sign-in with a mailbox waits for its mail server; then it is <c>unavailable</c>. Default: 20 seconds.</summary>
    public TimeSpan MailboxSignInTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Sign-ins of mail programs to address books that are remembered, so that only one of a dozen requests costs a
    /// password hash. Default: 10,000.
    /// </summary>
    public int RememberedSignIns { get; set; } = 10_000;

    /// <summary>Registrations per minute and source. Default: 6,000.</summary>
    public int RegistrationsPerMinute { get; set; } = 6_000;

    /// <summary>
    /// Registrations with an invite that is not good, per minute and source, before the source is told to slow down. Default: 20.
    /// </summary>
    public int FailedInvitesPerMinute { get; set; } = 20;

    /// <summary>How long <c>ready</c> waits for the page of a linked account; a later page is sent when it is there. Default: 5 seconds.</summary>
    public TimeSpan PageTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the close handshake may take before the socket is cut. Default: 2 seconds.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Over how long a stopping host spreads its goodbyes (<c>bye</c> 4000), so that the other gateways do not get all its
    /// clients in one moment. Default: zero, all at once; 5 seconds in a cluster.
    /// </summary>
    public TimeSpan DrainSpread { get; set; }

    /// <summary>How long a stopping host waits for its streams to end after the last goodbye. Default: 10 seconds.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether accounts may be in other processes. Calls to them may overtake one another, so those of a stream that depend
    /// on one another go one at a time then, such as messages to one peer. Default: false; true in a cluster.
    /// </summary>
    public bool AccountsElsewhere { get; set; }

    /// <summary>
    /// Connections that are no streams: requests, and those that have not said yet what they are. More are closed at once.
    /// For the executables. Default: 20,000.
    /// </summary>
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>Streams of this gateway; the next is refused with <c>unavailable</c>. Default: 100,000.</summary>
    public int MaxStreams { get; set; } = 100_000;

    /// <summary>Streams of one source; the next is refused with <c>slow_down</c>. This machine itself is not counted. Default: 10,000.</summary>
    public int MaxStreamsPerSource { get; set; } = 10_000;

    /// <summary>Streams one source may open in a minute; more are refused with <c>slow_down</c>. This machine itself is not counted. Default: 6,000.</summary>
    public int StreamsPerMinute { get; set; } = 6_000;

    /// <summary>
    /// Streams that have not said <c>hello</c>. When there is one more, the one that has waited longest is closed (4008).
    /// Default: 10,000.
    /// </summary>
    public int MaxUngreetedStreams { get; set; } = 10_000;

    /// <summary>
    /// Requests of one stream in a second, over a while; more are refused with <c>slow_down</c>, and as many again close it
    /// (4008). Default: 2,000.
    /// </summary>
    public int RequestsPerSecond { get; set; } = 2_000;

    /// <summary>Requests of one stream that may come at once, beyond <see cref="RequestsPerSecond"/>. Default: 10,000.</summary>
    public int RequestBurst { get; set; } = 10_000;

    /// <summary>As <see cref="RequestsPerSecond"/>, of all streams here that one account has signed in. Default: 4,000.</summary>
    public int AccountRequestsPerSecond { get; set; } = 4_000;

    /// <summary>As <see cref="RequestBurst"/>, of all streams here that one account has signed in. Default: 20,000.</summary>
    public int AccountRequestBurst { get; set; } = 20_000;

    /// <summary>
    /// Bytes a second that one stream may send, over a while, of what is no part of a request: pings, pongs, headers of frames. What
    /// is more is read later; the stream is not closed. 16 times as many may come at once. Default: 4,096.
    /// </summary>
    public int ControlBytesPerSecond { get; set; } = 4_096;

    /// <summary>How long a frame may take from its first byte to its last; then the stream is closed (4003). Default: 20 seconds.</summary>
    public TimeSpan FrameTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Bytes that frames of all streams may take together which are larger than 4 KiB and not complete; a stream that needs
    /// more is closed (4008). Default: 64 MiB.
    /// </summary>
    public long MaxReceiveBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>
    /// Bytes that may wait for all clients together. Over it, those that have taken nothing for longest are closed (4003).
    /// Looked at every second. Default: 256 MiB.
    /// </summary>
    public long MaxQueuedBytesInTotal { get; set; } = 256L * 1024 * 1024;

    /// <summary>Sign-ins per minute of everybody, right or wrong, before all are told to slow down. Default: 120,000.</summary>
    public int SignInsPerMinuteInTotal { get; set; } = 120_000;

    /// <summary>Registrations per minute of everybody. Default: 60,000.</summary>
    public int RegistrationsPerMinuteInTotal { get; set; } = 60_000;
}
