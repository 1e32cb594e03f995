using Orleans.Runtime;

namespace OrleansIM.Grains;

/// <summary>How a grain stores its state.</summary>
internal static class StateWrites
{
    /// <summary>
    /// Makes something the state and stores it. If that fails, what is stored is not known: the state is what it was, and
    /// the activation ends, so that the next one reads it.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <param name="next">What it becomes.</param>
    /// <param name="end">Ends the activation.</param>
    public static Task ReplaceAsync<TState>(this IPersistentState<TState> state, TState next, Action end)
    {
        var before = state.State;
        state.State = next;
        return OrEndAsync(() => state.WriteStateAsync(), () => state.State = before, end);
    }

    /// <summary>The rule of that, for whatever the state is kept in.</summary>
    public static async Task OrEndAsync(Func<Task> write, Action takeBack, Action end)
    {
        try
        {
            await write();
        }
        catch
        {
            takeBack();
            end();
            throw;
        }
    }
}
