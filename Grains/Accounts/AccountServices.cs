using Microsoft.Extensions.Options;
using OrleansIM.Audit;
using OrleansIM.Grains.Groups;
using OrleansIM.Grains.Links;
using OrleansIM.Grains.Presence;
using OrleansIM.Grains.Timelines;
using OrleansIM.Identity;
using OrleansIM.Mail;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Accounts;

/// <summary>What every account of this silo shares: each has one reference to all of it.</summary>
internal sealed class AccountServices(
    StateStore<AccountRecord> records,
    StateStore<AccountSnapshot> snapshots,
    ITimelineStore store,
    ITimelineErasure erasure,
    TimelineAppender appender,
    TimelineTrimmer trimmer,
    PasswordHashing hashing,
    TokenVerifier tokens,
    AccountMetrics metrics,
    LinkMetrics linkMetrics,
    SecurityAudit audit,
    IOptions<AccountOptions> options,
    IOptions<TimelineOptions> timelineOptions,
    IOptions<LinkOptions> linkOptions,
    IOptions<GroupOptions> groupOptions,
    GroupRelay groupRelay,
    SiloPresence presence,
    IOptions<PresenceOptions> presenceOptions,
    IOptions<MailOptions> mailOptions,
    LocalGateways gateways,
    TimeProvider time)
{
    public StateStore<AccountRecord> Records => records;
    public StateStore<AccountSnapshot> Snapshots => snapshots;
    public ITimelineStore Store => store;
    public ITimelineErasure Erasure => erasure;
    public TimelineAppender Appender => appender;
    public TimelineTrimmer Trimmer => trimmer;
    public PasswordHashing Hashing => hashing;
    public TokenVerifier Tokens => tokens;
    public AccountMetrics Metrics => metrics;
    public LinkMetrics LinkMetrics => linkMetrics;
    public SecurityAudit Audit => audit;
    public AccountOptions Options { get; } = options.Value;
    public TimelineOptions TimelineOptions { get; } = timelineOptions.Value;
    public LinkOptions LinkOptions { get; } = linkOptions.Value;
    public GroupOptions GroupOptions { get; } = groupOptions.Value;
    public GroupRelay GroupRelay => groupRelay;
    public SiloPresence Presence => presence;
    public PresenceOptions PresenceOptions { get; } = presenceOptions.Value;
    public MailOptions MailOptions { get; } = mailOptions.Value;
    public LocalGateways Gateways => gateways;
    public TimeProvider Time => time;
}
