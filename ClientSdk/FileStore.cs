using System.Text.Json;
using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <summary>
/// A folder on this device, with a folder per scope and a file per record. Each file is written to the disk and then
/// replaced as a whole: what is cut off in the middle leaves the one before. The folder and the files in it are made for
/// the user only (Unix: modes 0700 and 0600; Windows: as the folder above, so let that be in the user's profile).
/// <para>
/// Programs of one device may share a folder. What one does with a scope, the others wait for (a lock file, at most
/// 30 s); who holds a claim is known by a lock that ends with its program. The folder is to be on a local disk: not
/// every network file system knows locks. Every method may be called from any thread.
/// </para>
/// </summary>
public sealed class FileStore : IStore
{
    private const string Records = "*.json";
    private const string Unfinished = "*.part";

    private readonly string _folder;

    /// <summary>Names the folder; nothing is read or made yet.</summary>
    /// <param name="folder">Its path. It is made when something is to be written.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public FileStore(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (folder.Length == 0)
        {
            throw new ArgumentException("The folder of a FileStore needs a path.", nameof(folder));
        }

        _folder = Path.GetFullPath(folder);
    }

    /// <summary>All records of a scope. A file that cannot be read is passed over; its record is written anew when it changes.</summary>
    /// <inheritdoc cref="IStore.ReadAsync"/>
    public Task<IReadOnlyList<StoredRecord>> ReadAsync(string scope, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return Directory.Exists(FolderOf(scope))
            ? InTurnAsync<IReadOnlyList<StoredRecord>>(scope, folder =>
            {
                var records = new List<StoredRecord>();
                foreach (var file in Directory.EnumerateFiles(folder, Records))
                {
                    if (Read(file) is { } record)
                    {
                        records.Add(record);
                    }
                }

                return records;
            }, ct)
            : Task.FromResult<IReadOnlyList<StoredRecord>>([]);
    }

    /// <inheritdoc/>
    public Task WriteAsync(string scope, IReadOnlyList<StoredRecord> records, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(records);
        return InTurnAsync(scope, folder =>
        {
            foreach (var record in records)
            {
                var file = Path.Combine(folder, PrivateFiles.NameOf(record.Key) + ".json");
                if (record.Value is null)
                {
                    File.Delete(file);
                }
                else if (record.Rank is null || !(record.Rank < Read(file)?.Rank))
                {
                    Replace(file, record);
                }
            }

            return true;
        }, ct);
    }

    /// <inheritdoc/>
    public Task ClearAsync(string scope, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return Directory.Exists(FolderOf(scope))
            ? InTurnAsync(scope, static folder =>
            {
                foreach (var file in Directory.GetFiles(folder, Records).Concat(Directory.GetFiles(folder, Unfinished)))
                {
                    File.Delete(file);
                }

                return true;
            }, ct)
            : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IAsyncDisposable?> TryClaimAsync(string scope, string owner, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(owner);
        return InTurnAsync<IAsyncDisposable?>(scope, folder =>
        {
            var file = Path.Combine(folder, PrivateFiles.NameOf(owner) + ".owner");
            return FileLock.TryTake(file) is { } held ? new Claim(this, scope, file, held) : null;
        }, ct);
    }

    /// <summary>Does something while no other program, and no other part of this one, is at the scope.</summary>
    /// <remarks>Not on the caller's thread, which may be that of a user interface.</remarks>
    private Task<T> InTurnAsync<T>(string scope, Func<string, T> what, CancellationToken ct) => Task.Run(
        async () =>
        {
            var folder = FolderOf(scope);
            PrivateFiles.CreateFolder(_folder);
            PrivateFiles.CreateFolder(folder);
            using var turn = await FileLock.TakeAsync(Path.Combine(folder, "scope.lock"), ct).ConfigureAwait(false);
            return what(folder);
        },
        ct);

    private static StoredRecord? Read(string file)
    {
        try
        {
            using var record = JsonDocument.Parse(File.ReadAllBytes(file));
            return record.RootElement.Text("key") is { } key && record.RootElement.Find("value") is { } value
                ? new StoredRecord(key, value.GetRawText(), record.RootElement.Number("rank"))
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or FileNotFoundException)
        {
            return null;
        }
    }

    private static void Replace(string file, StoredRecord record)
    {
        var part = Path.ChangeExtension(file, ".part");
        using (var to = PrivateFiles.Create(part))
        {
            var text = JsonFrame.Write(writer =>
            {
                writer.WriteString("key", record.Key);
                writer.WriteOptional("rank", record.Rank);
                writer.WritePropertyName("value");
                writer.WriteRawValue(record.Value!);
            });
            to.Write(text, 0, text.Length);

            // The name must not be on the disk before what it names.
            to.Flush(flushToDisk: true);
        }

        PrivateFiles.Replace(part, file);
    }

    private string FolderOf(string scope) => Path.Combine(_folder, PrivateFiles.NameOf(scope));

    private sealed class Claim(FileStore store, string scope, string file, FileLock held) : IAsyncDisposable
    {
        private int _isOver;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _isOver, 1) != 0)
            {
                return;
            }

            try
            {
                // In turn: nobody may open the file between its end and its deletion, and hold what is not there.
                await store.InTurnAsync(
                    scope,
                    _ =>
                    {
                        held.Dispose();
                        File.Delete(file);
                        return true;
                    },
                    CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception left) when (left is IOException or UnauthorizedAccessException)
            {
                // The file stays and holds nobody up.
            }
            finally
            {
                held.Dispose();
            }
        }
    }
}
