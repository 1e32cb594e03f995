using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Sessions;

/// <summary>
/// The sessions of this gateway, and the observers through which accounts reach them. There is one observer per
/// processor; an account always uses the same one, which takes its pushes one after the other.
/// </summary>
internal sealed partial class SessionRegistry
{
    private readonly ConcurrentDictionary<string, Session> _sessions = [];
    private readonly Shard[] _shards;

    public SessionRegistry(IAccountDirectory directory, ILogger<SessionRegistry> logger)
    {
        _shards = new Shard[Environment.ProcessorCount];
        for (var i = 0; i < _shards.Length; i++)
        {
            _shards[i] = new Shard(_sessions, directory, logger);
        }
    }

    public int Count => _sessions.Count;

    public ICollection<Session> Sessions => _sessions.Values;

    public void Add(Session session) => _sessions[session.Id] = session;

    public void Remove(Session session) => _sessions.TryRemove(session.Id, out _);

    /// <summary>Where the account pushes to.</summary>
    public IGatewayObserver ObserverOf(string account) => _shards[(uint)account.GetHashCode(StringComparison.Ordinal) % (uint)_shards.Length].Reference;

    // The cluster holds observers weakly: the array above is what keeps them.
    private sealed class Shard : IGatewayObserver
    {
        private readonly ConcurrentDictionary<string, Session> _sessions;
        private readonly ILogger _logger;
        private readonly Lazy<IGatewayObserver> _reference;

        public Shard(ConcurrentDictionary<string, Session> sessions, IAccountDirectory directory, ILogger logger)
        {
            (_sessions, _logger) = (sessions, logger);

            // Made at the first sign-in: by then the host is part of the cluster.
            _reference = new(() => directory.CreateReference(this));
        }

        public IGatewayObserver Reference => _reference.Value;

        public void OnEntries(PushedEntries push) =>
            ForEach(push.Sessions, push, static (session, push) => session.OnEntries(push.Account, push.Entries));

        public void OnSignal(PushedSignal push) =>
            ForEach(push.Sessions, push, static (session, push) => session.OnSignal(push));

        public void OnSessionsEnded(PushedEnd push) =>
            ForEach(push.Sessions, push, static (session, push) => session.OnEnded(push.Account, push.Reason));

        private void ForEach<TPush>(string[] sessions, TPush push, Action<Session, TPush> action)
        {
            foreach (var id in sessions)
            {
                if (!_sessions.TryGetValue(id, out var session))
                {
                    continue;
                }

                try
                {
                    action(session, push);
                }
                catch (Exception e)
                {
                    // One session's trouble is not the others'.
                    PushFailed(_logger, e, id);
                }
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A push could not be given to session {Session}.")]
    private static partial void PushFailed(ILogger logger, Exception exception, string session);
}
