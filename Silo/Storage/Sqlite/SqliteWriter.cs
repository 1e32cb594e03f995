using System.Collections.Concurrent;

namespace OrleansIM.Silo.Storage.Sqlite;

/// <summary>
/// The one writer of the file: a thread of its own, since a commit waits for the disk and would hold a thread of the
/// pool. Jobs that arrive while it commits share the next commit; each fails or succeeds by itself. No timer.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    /// <summary>Takes back what the running job has written so far.</summary>
    public const string UndoJob = "ROLLBACK TO job";

    // Bounds how long the first of a batch waits for the others.
    private const int MaxJobsPerCommit = 128;

    // Only wakes the writer.
    private static readonly IJob s_nothing = new Job<bool>(_ => true, CancellationToken.None);

    private readonly SqliteSession _session;
    private readonly BlockingCollection<IJob> _jobs = [];
    private readonly Thread _thread;
    private Action<SqliteSession>? _between;
    private int _changes;

    /// <summary>Called by the writer after a commit, with the number of rows that were changed.</summary>
    public Action<SqliteSession, int>? Committed { get; set; }

    public SqliteWriter(SqliteSession session)
    {
        _session = session;
        _thread = new Thread(Run) { IsBackground = true, Name = "sqlite-writer" };
        _thread.Start();
    }

    /// <summary>
    /// Runs the job inside a transaction and returns when it is committed. A job that throws changes nothing. Cancelling
    /// helps only while the job waits for its turn.
    /// </summary>
    public Task<T> RunAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellation)
    {
        var job = new Job<T>(work, cancellation);
        try
        {
            _jobs.Add(job, CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(nameof(SqliteWriter), "The storage is closed: this process is stopping.");
        }

        return job.Completion;
    }

    /// <summary>Runs an action on the writer's connection outside of any transaction; not at all if it is closing.</summary>
    public void Between(Action<SqliteSession> action)
    {
        _between = action;
        try
        {
            _jobs.Add(s_nothing, CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            // Closing moves the WAL anyway.
        }
    }

    /// <summary>Accepts nothing more, finishes what was accepted, closes the connection.</summary>
    public void Dispose()
    {
        if (!_jobs.IsAddingCompleted)
        {
            _jobs.CompleteAdding();
            _thread.Join();
            _session.Dispose();
        }
    }

    private void Run()
    {
        var batch = new List<IJob>();
        foreach (var first in _jobs.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < MaxJobsPerCommit && _jobs.TryTake(out var next))
            {
                batch.Add(next);
            }

            batch.RemoveAll(job => ReferenceEquals(job, s_nothing));
            if (batch.Count > 0)
            {
                Commit(batch);
                batch.Clear();
            }

            AfterCommit();
        }
    }

    private void Commit(List<IJob> batch)
    {
        try
        {
            _session.Execute("BEGIN IMMEDIATE");
            foreach (var job in batch)
            {
                RunOne(job);
            }

            _session.Execute("COMMIT");
        }
#pragma warning disable CA1031 // Whatever it is, everybody in the batch is told and the writer goes on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            TryRollback();
            batch.ForEach(job => job.Fail(failure));
        }

        batch.ForEach(job => job.Complete());
    }

    /// <summary>A job's own failure undoes that job; one that took the transaction with it is everybody's.</summary>
    private void RunOne(IJob job)
    {
        _session.Execute("SAVEPOINT job");
        try
        {
            job.Run(_session);
        }
#pragma warning disable CA1031 // The caller of the job gets it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (!_session.InTransaction)
            {
                throw;
            }

            _session.Execute(UndoJob);
            job.Fail(failure);
        }

        _session.Execute("RELEASE job");
    }

    /// <summary>Nobody waits for what happens here: everybody in the batch was told.</summary>
    private void AfterCommit()
    {
        try
        {
            var changes = _session.TotalChanges;
            Committed?.Invoke(_session, changes - _changes);
            _changes = changes;
            Interlocked.Exchange(ref _between, null)?.Invoke(_session);
        }
#pragma warning disable CA1031 // The next BEGIN says what is wrong, to whom it concerns.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private void TryRollback()
    {
        try
        {
            if (_session.InTransaction)
            {
                _session.Execute("ROLLBACK");
            }
        }
#pragma warning disable CA1031 // The next BEGIN says what is wrong, to whom it concerns.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private interface IJob
    {
        void Run(SqliteSession session);

        void Fail(Exception failure);

        void Complete();
    }

    private sealed class Job<T>(Func<SqliteSession, T> work, CancellationToken cancellation) : IJob
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Exception? _failure;
        private T _result = default!;

        public Task<T> Completion => _completion.Task;

        public void Run(SqliteSession session)
        {
            cancellation.ThrowIfCancellationRequested();
            _result = work(session);
        }

        public void Fail(Exception failure) => _failure ??= failure;

        public void Complete()
        {
            switch (_failure)
            {
                case null:
                    _completion.SetResult(_result);
                    break;
                case OperationCanceledException when cancellation.IsCancellationRequested:
                    _completion.SetCanceled(cancellation);
                    break;
                default:
                    _completion.SetException(_failure);
                    break;
            }
        }
    }
}
