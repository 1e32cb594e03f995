using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <summary>
/// Forgets with the process: for tests, and where nothing may be kept. Clients of one process may share it. Every method
/// may be called from any thread.
/// </summary>
public sealed class MemoryStore : IStore
{
    private readonly object _gate = new();
    private readonly Dictionary<string, Dictionary<string, StoredRecord>> _scopes = new(StringComparer.Ordinal);
    private readonly HashSet<(string, string)> _claims = [];

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredRecord>> ReadAsync(string scope, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<StoredRecord>>(_scopes.TryGetValue(scope, out var records) ? [.. records.Values] : []);
        }
    }

    /// <inheritdoc/>
    public Task WriteAsync(string scope, IReadOnlyList<StoredRecord> records, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(records);
        lock (_gate)
        {
            if (!_scopes.TryGetValue(scope, out var kept))
            {
                _scopes[scope] = kept = new(StringComparer.Ordinal);
            }

            foreach (var record in records)
            {
                kept.TryGetValue(record.Key, out var there);
                if (record.Value is null)
                {
                    kept.Remove(record.Key);
                }
                else if (!(record.Rank < there?.Rank))
                {
                    kept[record.Key] = record;
                }
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ClearAsync(string scope, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        lock (_gate)
        {
            _scopes.Remove(scope);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IAsyncDisposable?> TryClaimAsync(string scope, string owner, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(owner);
        lock (_gate)
        {
            return Task.FromResult<IAsyncDisposable?>(_claims.Add((scope, owner)) ? new Claim(this, (scope, owner)) : null);
        }
    }

    private sealed class Claim(MemoryStore store, (string, string) of) : IAsyncDisposable
    {
        private bool _isOver;

        public ValueTask DisposeAsync()
        {
            lock (store._gate)
            {
                if (!_isOver)
                {
                    _isOver = true;
                    store._claims.Remove(of);
                }
            }

            return default;
        }
    }
}
