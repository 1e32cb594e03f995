using System.Diagnostics.CodeAnalysis;

namespace OrleansIM.Gateway.Sessions;

/// <summary>
/// The order of one stream's requests about one account, where their calls may overtake one another: between two
/// processes. A request waits here until everything that has to be before it is back. What does not depend on one another
/// goes at the same time (<see cref="RequestScope"/>), so that a message waits for nothing but its own peer.
/// </summary>
internal sealed class RequestOrder
{
    private readonly Lock _gate = new();

    // Those that are not back, in the order of the frames. Never more than a stream may have in flight.
    private readonly List<RequestTurn> _turns = [];

    /// <summary>Takes a place. The caller waits for it, makes its call, and calls <see cref="Leave"/>.</summary>
    public RequestTurn Enter(RequestScope scope)
    {
        lock (_gate)
        {
            return Add(scope, null);
        }
    }

    /// <summary>
    /// As the other one, with what may travel together with others of the same scope. False if it goes with some that wait
    /// for their turn already: whoever has that turn takes all.
    /// </summary>
    public bool TryEnter<T>(RequestScope scope, List<T> load, [NotNullWhen(true)] out RequestTurn? turn)
    {
        lock (_gate)
        {
            for (var i = _turns.Count - 1; i >= 0; i--)
            {
                var before = _turns[i];
                if (before.IsWaiting && before.Scope == scope && before.Load is List<T> waiting)
                {
                    waiting.AddRange(load);
                    turn = null;
                    return false;
                }

                if (RequestScope.IsBefore(before.Scope, scope))
                {
                    break;
                }
            }

            turn = Add(scope, load);
            return true;
        }
    }

    /// <summary>A request is back: whoever has waited for it, and for nobody else, goes on, in order.</summary>
    public void Leave(RequestTurn turn)
    {
        List<RequestTurn>? next = null;
        lock (_gate)
        {
            _turns.Remove(turn);
            for (var i = 0; i < _turns.Count; i++)
            {
                if (_turns[i].IsWaiting && CanGo(_turns[i].Scope, i))
                {
                    _turns[i].IsWaiting = false;
                    (next ??= []).Add(_turns[i]);
                }
            }
        }

        next?.ForEach(static turn => turn.Go());
    }

    private RequestTurn Add(RequestScope scope, object? load)
    {
        var turn = new RequestTurn(scope, load, isWaiting: !CanGo(scope, _turns.Count));
        _turns.Add(turn);
        return turn;
    }

    private bool CanGo(RequestScope scope, int place)
    {
        for (var i = 0; i < place; i++)
        {
            if (RequestScope.IsBefore(_turns[i].Scope, scope))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A place in a <see cref="RequestOrder"/>.</summary>
internal sealed class RequestTurn(RequestScope scope, object? load, bool isWaiting)
{
    // Continues where the one before has ended: the order is kept by who goes first.
    private readonly TaskCompletionSource? _turn = isWaiting ? new() : null;

    public RequestScope Scope { get; } = scope;

    /// <summary>What travels with it.</summary>
    public object? Load { get; } = load;

    /// <summary>Of the order alone, under its lock.</summary>
    public bool IsWaiting { get; set; } = isWaiting;

    /// <summary>Done when it can go.</summary>
    public Task Ready => _turn?.Task ?? Task.CompletedTask;

    public void Go() => _turn!.SetResult();
}
