using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Runtime;
using OrleansIM.Grains.Concurrency;
using OrleansIM.Keys;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Keys;

/// <summary>
/// Seals secrets again under a new key: batch by batch, each mailbox by its own bridge, which is the one writer of it. How far
/// it is is stored after each batch; every silo asks now and then that it goes on.
/// </summary>
[GrainType("im-key-rotation"), Reentrant]
internal sealed partial class KeyRotationGrain(
    [PersistentState(StorageNames.KeyRotation, StorageNames.State)] IPersistentState<KeyRotationState> state,
    IServiceProvider services,
    IOptions<KeyRotationOptions> options,
    TimeProvider time,
    ILogger<KeyRotationGrain> logger) : Grain, IKeyRotationGrain
{
    private const int Batch = 32;

    // What Data Protection allows clocks to differ: a key is used that long before it is active.
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(90);

    private readonly AsyncGate _changes = new();
    private readonly AsyncGate _passes = new();

    private IKeyManager Keys => services.GetRequiredService<IKeyManager>();

    public async Task<Outcome<KeyRotation>> RotateAsync()
    {
        using var gate = await _changes.EnterAsync();
        if (state.State.IsUnderWay)
        {
            return UnderWay;
        }

        var now = time.GetUtcNow();
        var activeAt = now + options.Value.RefreshPeriod + options.Value.RefreshPeriod;
        var key = Keys.CreateNewKey(activeAt + s_skew, activeAt + s_skew + s_lifetime);
        await WriteAsync(new KeyRotationState { KeyId = key.KeyId, StartedAt = now, ActiveAt = activeAt });
        LogRotated(key.KeyId);
        return Describe();
    }

    public Task<KeyRotation> DescribeAsync() => Task.FromResult(Describe());

    public async Task<Outcome<KeyRotation>> RetireAsync(TimeSpan tokenLifetime, bool force)
    {
        using var gate = await _changes.EnterAsync();
        var rotation = state.State;
        if (rotation.FinishedAt is null)
        {
            return UnderWay;
        }

        if (rotation.Unreadable > 0 && !force)
        {
            return new Refusal(ErrorCodes.Conflict, $"{rotation.Unreadable} secrets could not be opened, so they are not sealed with the new key. To remove the old ones all the same: force=true.");
        }

        var since = rotation.ActiveAt + tokenLifetime;
        if (time.GetUtcNow() < since && !force)
        {
            return new Refusal(ErrorCodes.Conflict, $"Tokens that were sealed with the old keys live until {since:u}. To sign them all out now: force=true.", since - time.GetUtcNow());
        }

        var old = OldKeys().Select(key => key.KeyId).ToHashSet();
        if (old.Count > 0 && Keys is IDeletableKeyManager { CanDeleteKeys: true } deletable)
        {
            deletable.DeleteKeys(key => old.Contains(key.KeyId));
            LogRetired(old.Count);
        }

        return Describe();
    }

    public async Task CheckAsync()
    {
        if (!_passes.IsFree)
        {
            return;
        }

        using var pass = await _passes.EnterAsync();
        await NoticeAsync();
        while (state.State.IsUnderWay && time.GetUtcNow() >= state.State.ActiveAt)
        {
            await SealSomeAsync();
        }
    }

    /// <summary>Data Protection makes a key by itself when the last one ends: that is a rotation, too.</summary>
    private async Task NoticeAsync()
    {
        using var gate = await _changes.EnterAsync();
        var now = time.GetUtcNow();
        var keys = Keys.GetAllKeys().Where(key => !key.IsRevoked).ToArray();
        var current = keys.Where(key => key.ActivationDate <= now + s_skew).MaxBy(key => key.ActivationDate);
        if (state.State.IsUnderWay || current is null || current.KeyId == state.State.KeyId)
        {
            return;
        }

        var first = keys.Length == 1;
        var begun = current.ActivationDate > now ? current.ActivationDate : now;
        await WriteAsync(new KeyRotationState
        {
            KeyId = current.KeyId,
            StartedAt = now,
            ActiveAt = first ? now : begun + options.Value.RefreshPeriod + options.Value.RefreshPeriod,
            FinishedAt = first ? now : null,
        });
    }

    private async Task SealSomeAsync()
    {
        var rotation = state.State;
        var key = rotation.KeyId!.Value;
        var addresses = await services.GetRequiredService<ISealedStates>().ReadMailboxesAsync(rotation.After, Batch, CancellationToken.None);
        var answers = await Task.WhenAll(addresses.Select(address => GrainFactory.GetGrain<IMailboxBridgeGrain>(address).SealAgainAsync(key)));
        var isSecond = rotation.Round > 0;
        var next = addresses.Count == 0
            ? isSecond ? rotation with { FinishedAt = time.GetUtcNow() } : rotation with { Round = 1, After = "", Unreadable = 0 }
            : rotation with
            {
                After = addresses[^1],
                Done = isSecond ? rotation.Done : rotation.Done + addresses.Count,
                Unreadable = rotation.Unreadable + answers.Count(answer => !answer),
            };
        using var gate = await _changes.EnterAsync();
        await WriteAsync(next);
        if (next.FinishedAt is not null)
        {
            LogFinished(next.Done, next.Unreadable);
        }
    }

    private IEnumerable<IKey> OldKeys()
    {
        var keys = Keys.GetAllKeys();
        var current = keys.FirstOrDefault(key => key.KeyId == state.State.KeyId);
        return current is null ? [] : keys.Where(key => key.ActivationDate < current.ActivationDate && key.KeyId != current.KeyId);
    }

    private KeyRotation Describe() => new()
    {
        KeyId = state.State.KeyId,
        StartedAt = state.State.KeyId is null ? null : state.State.StartedAt,
        ActiveAt = state.State.KeyId is null ? null : state.State.ActiveAt,
        FinishedAt = state.State.FinishedAt,
        Done = state.State.Done,
        Unreadable = state.State.Unreadable,
        OldKeys = OldKeys().Count(),
    };

    private Task WriteAsync(KeyRotationState next) => state.ReplaceAsync(next, DeactivateOnIdle);

    private static Refusal UnderWay { get; } = new(ErrorCodes.Conflict, "Secrets are being sealed with a new key, or none was made yet. Look at the keys again later.");
}
