using OrleansIM.Grains.Timelines;
using OrleansIM.Messages;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Accounts;

/// <summary>History, a page at a time and in both directions (mission P1).</summary>
internal sealed partial class AccountGrain
{
    public async Task<Outcome<HistoryPage>> ReadHistoryAsync(string session, HistoryQuery query)
    {
        if (Refuse(session) is { } refusal)
        {
            return refusal;
        }

        var limit = Math.Clamp(query.Limit, 1, ProtocolLimits.MaxHistoryPage);
        // Only what is taken over already: what is committed a moment later is pushed after it.
        var before = Math.Min(query.Before ?? long.MaxValue, _timeline.Head + 1);
        var read = await (query.After is not { } after ? _services.Store.ReadBackAsync(_id, query.Peer, before, limit + 1, CancellationToken.None)
            : query.Peer is { } peer ? _services.Store.ReadByPeerAsync(_id, peer, after, limit + 1, CancellationToken.None)
            : _services.Store.ReadAsync(_id, after, limit + 1, CancellationToken.None));
        if (Refuse(session) is { } late)
        {
            return late;
        }

        var found = read.Whole().Where(entry => entry.Seq < before).ToArray();
        var more = found.Length > limit;
        return new HistoryPage { Entries = !more ? found : query.After is null ? found[1..] : found[..limit], More = more };
    }
}
