using Microsoft.Extensions.Options;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Groups;
using OrleansIM.Grains.Keys;
using OrleansIM.Grains.Links;
using OrleansIM.Grains.Presence;
using OrleansIM.Grains.Timelines;

namespace OrleansIM.Grains;

internal sealed class AccountOptionsValidator : IValidateOptions<AccountOptions>
{
    public ValidateOptionsResult Validate(string? name, AccountOptions options) => new OptionFaults("Accounts")
        .Require(options.PasswordIterations is >= 1_000 and <= 10_000_000, nameof(options.PasswordIterations), options.PasswordIterations, "between 1,000 and 10,000,000")
        .Require(Enum.IsDefined(options.Registration), nameof(options.Registration), options.Registration, "Open, Invite or Closed")
        .Require(options.HashingParallelism is >= 1 and <= 1_024, nameof(options.HashingParallelism), options.HashingParallelism, "between 1 and 1,024")
        .Require(options.HashingQueue >= 0, nameof(options.HashingQueue), options.HashingQueue, "0 or more")
        .Require(options.SlowDownAfter >= 1, nameof(options.SlowDownAfter), options.SlowDownAfter, "1 or more")
        .Require(options.SlowDownMax >= TimeSpan.FromSeconds(1), nameof(options.SlowDownMax), options.SlowDownMax, "a second or more")
        .Require(options.MaxContacts >= 1, nameof(options.MaxContacts), options.MaxContacts, "1 or more")
        .Require(options.MaxValues >= 1, nameof(options.MaxValues), options.MaxValues, "1 or more")
        .Require(options.MaxSessions >= 1, nameof(options.MaxSessions), options.MaxSessions, "1 or more")
        .Require(options.MaxDevices is >= 1 and <= 1_000, nameof(options.MaxDevices), options.MaxDevices, "between 1 and 1,000")
        .Require(options.MaxAppPasswords is >= 0 and <= 1_000, nameof(options.MaxAppPasswords), options.MaxAppPasswords, "between 0 and 1,000")
        .Require(options.MaxInvites is >= 1 and <= 10_000, nameof(options.MaxInvites), options.MaxInvites, "between 1 and 10,000")
        .Require(options.ExportsPerHour >= 1, nameof(options.ExportsPerHour), options.ExportsPerHour, "1 or more")
        .Require(options.SessionLease >= TimeSpan.FromSeconds(1), nameof(options.SessionLease), options.SessionLease, "a second or more, and longer than Gateway:RenewalPeriod")
        .Require(IsShort(options.DeliveryReceiptDelay), nameof(options.DeliveryReceiptDelay), options.DeliveryReceiptDelay, "between 10 ms and a minute")
        .Require(options.TypingInterval >= TimeSpan.Zero && options.TypingInterval < options.TypingExpires, nameof(options.TypingInterval), options.TypingInterval, "0 or more, and shorter than Accounts:TypingExpires")
        .Require(IsShort(options.TypingExpires), nameof(options.TypingExpires), options.TypingExpires, "between 10 ms and a minute")
        .Result();

    private static bool IsShort(TimeSpan time) => time >= TimeSpan.FromMilliseconds(10) && time <= TimeSpan.FromMinutes(1);
}

internal sealed class KeyRotationOptionsValidator : IValidateOptions<KeyRotationOptions>
{
    public ValidateOptionsResult Validate(string? name, KeyRotationOptions options) => new OptionFaults("Keys")
        .Require(options.RefreshPeriod >= TimeSpan.FromMilliseconds(100) && options.RefreshPeriod <= TimeSpan.FromDays(1), nameof(options.RefreshPeriod), options.RefreshPeriod, "between 100 ms and a day")
        .Require(options.CheckPeriod >= TimeSpan.FromMilliseconds(100) && options.CheckPeriod <= TimeSpan.FromDays(1), nameof(options.CheckPeriod), options.CheckPeriod, "between 100 ms and a day")
        .Result();
}

internal sealed class LinkOptionsValidator : IValidateOptions<LinkOptions>
{
    public ValidateOptionsResult Validate(string? name, LinkOptions options) => new OptionFaults("Links")
        .Require(Enum.IsDefined(options.Validation), nameof(options.Validation), options.Validation, "AtLink, AtSignIn or Both")
        .Require(options.MaxMembers is >= 2 and <= 256, nameof(options.MaxMembers), options.MaxMembers, "between 2 and 256")
        .Require(options.VerifyParallelism is >= 1 and <= 64, nameof(options.VerifyParallelism), options.VerifyParallelism, "between 1 and 64")
        .Result();
}

internal sealed class GroupOptionsValidator : IValidateOptions<GroupOptions>
{
    public ValidateOptionsResult Validate(string? name, GroupOptions options) => new OptionFaults("Groups")
        .Require(options.MaxMembers is >= 2 and <= 10_000, nameof(options.MaxMembers), options.MaxMembers, "between 2 and 10,000")
        .Require(options.MaxPerAccount >= 1, nameof(options.MaxPerAccount), options.MaxPerAccount, "1 or more")
        .Result();
}

internal sealed class TimelineOptionsValidator : IValidateOptions<TimelineOptions>
{
    public ValidateOptionsResult Validate(string? name, TimelineOptions options) => new OptionFaults("Timelines")
        .Require(options.MaxBatchEntries is >= 1 and <= 100_000, nameof(options.MaxBatchEntries), options.MaxBatchEntries, "between 1 and 100,000")
        .Require(options.MaxBatchBytes >= 1, nameof(options.MaxBatchBytes), options.MaxBatchBytes, "1 or more")
        .Require(options.Writers is >= 1 and <= 64, nameof(options.Writers), options.Writers, "between 1 and 64")
        .Require(options.MaxQueuedEntries >= 2, nameof(options.MaxQueuedEntries), options.MaxQueuedEntries, "2 or more")
        .Require(options.MaxQueuedBytes >= 128 * 1024, nameof(options.MaxQueuedBytes), options.MaxQueuedBytes, "131,072 or more")
        .Require(options.MaxWait >= TimeSpan.FromMilliseconds(100), nameof(options.MaxWait), options.MaxWait, "a tenth of a second or more")
        .Require(options.MaxAge is null || options.MaxAge >= TimeSpan.FromSeconds(1), nameof(options.MaxAge), options.MaxAge, "a second or more, or not set")
        .Require(options.MaxEntries is null or >= 1, nameof(options.MaxEntries), options.MaxEntries, "1 or more, or not set")
        .Require(options.RecentEntries is >= 1 and <= 1_000, nameof(options.RecentEntries), options.RecentEntries, "between 1 and 1,000")
        .Require(options.RecentBytes is >= 1_024 and <= 16 * 1024 * 1024, nameof(options.RecentBytes), options.RecentBytes, "between 1,024 and 16,777,216")
        .Require(options.ResumeLimit >= 0, nameof(options.ResumeLimit), options.ResumeLimit, "0 or more")
        .Require(options.SnapshotEvery >= 1, nameof(options.SnapshotEvery), options.SnapshotEvery, "1 or more")
        .Result();
}

internal sealed class PresenceOptionsValidator : IValidateOptions<PresenceOptions>
{
    public ValidateOptionsResult Validate(string? name, PresenceOptions options) => new OptionFaults("Presence")
        .Require(options.Shards is >= 1 and <= 4_096, nameof(options.Shards), options.Shards, "between 1 and 4,096")
        .Require(options.OfflineDelay >= TimeSpan.Zero && options.OfflineDelay <= TimeSpan.FromMinutes(10), nameof(options.OfflineDelay), options.OfflineDelay, "between 0 and 10 minutes")
        .Require(options.MinInterval >= TimeSpan.Zero && options.MinInterval <= TimeSpan.FromMinutes(1), nameof(options.MinInterval), options.MinInterval, "between 0 and a minute")
        .Require(options.RenewEvery >= TimeSpan.FromMilliseconds(100) && options.RenewEvery <= TimeSpan.FromMinutes(10), nameof(options.RenewEvery), options.RenewEvery, "between 0.1 s and 10 minutes")
        .Require(options.PageTimeout > TimeSpan.Zero && options.PageTimeout <= TimeSpan.FromSeconds(30), nameof(options.PageTimeout), options.PageTimeout, "more than 0, at most 30 s")
        .Require(options.MaxLastSeen >= 0, nameof(options.MaxLastSeen), options.MaxLastSeen, "0 or more")
        .Result();
}
