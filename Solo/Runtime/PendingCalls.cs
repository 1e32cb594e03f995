using System.Diagnostics;

namespace Orleans.Runtime;

/// <summary>The calls that somebody waits for, and the clock that ends their waiting.</summary>
internal sealed class PendingCalls
{
    private const int Stripes = 16;

    // The links are in the calls themselves. A lock per stripe; a call remembers its stripe's list.
    private readonly Stripe[] _stripes;

    public PendingCalls()
    {
        _stripes = new Stripe[Stripes];
        for (var i = 0; i < Stripes; i++)
        {
            _stripes[i] = new();
        }
    }

    public void Add(Call call, TimeSpan timeout)
    {
        call.Deadline = Stopwatch.GetTimestamp() + (long)(timeout.TotalSeconds * Stopwatch.Frequency);
        var stripe = _stripes[Environment.CurrentManagedThreadId % Stripes];
        lock (stripe.Gate)
        {
            call.Pending = stripe;
            call.PendingAfter = stripe.First;
            stripe.First?.PendingBefore = call;
            stripe.First = call;
        }
    }

    public static void Remove(Call call)
    {
        if (call.Pending is not { } stripe)
        {
            return;
        }

        lock (stripe.Gate)
        {
            if (call.Pending is null)
            {
                return;
            }

            call.Pending = null;
            call.PendingAfter?.PendingBefore = call.PendingBefore;
            if (call.PendingBefore is { } before)
            {
                before.PendingAfter = call.PendingAfter;
            }
            else
            {
                stripe.First = call.PendingAfter;
            }

            call.PendingBefore = call.PendingAfter = null;
        }
    }

    /// <summary>The calls whose time is up at <paramref name="now"/>; all of them with <see cref="long.MaxValue"/>.</summary>
    public List<Call> Expired(long now)
    {
        var expired = new List<Call>();
        foreach (var stripe in _stripes)
        {
            lock (stripe.Gate)
            {
                for (var call = stripe.First; call is not null; call = call.PendingAfter)
                {
                    if (call.Deadline <= now)
                    {
                        expired.Add(call);
                    }
                }
            }
        }

        return expired;
    }

    internal sealed class Stripe
    {
        public readonly Lock Gate = new();
        public Call? First;
    }
}
