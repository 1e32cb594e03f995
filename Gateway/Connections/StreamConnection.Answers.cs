using System.Diagnostics;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;

namespace OrleansIM.Gateway.Connections;

/// <summary>What requests are answered with, when they have come to an end.</summary>
internal sealed partial class StreamConnection
{
    private async Task AnswerAsync(RequestHead head, SessionAccount? about, Task<Reply> work, Activity? span)
    {
        Reply reply;
        try
        {
            reply = await work;
        }
        catch (Exception e)
        {
            reply = Refuse(head.Op, e);
        }

        Answer(head, about, reply, span);
    }

    private void Answer(RequestHead head, SessionAccount? about, Reply reply, Activity? span)
    {
        Measure(head, reply, span);
        try
        {
            if (about is null)
            {
                _queue.Enqueue(new AnswerFrame(head.Id, reply));
            }
            else
            {
                _session!.Answer(head.Id, about, reply);
            }
        }
        catch (Exception e)
        {
            Log.AnswerFailed(_services.Logger, e, Shown(head.Op));
            _queue.Enqueue(new AnswerFrame(head.Id, Faults.Internal));
        }
        finally
        {
            Leave();
        }
    }

    private void Measure(RequestHead head, in Reply reply, Activity? span)
    {
        var outcome = reply.Refusal?.Code ?? GatewayMetrics.Ok;
        _services.Metrics.OnRequest(head.Op, outcome, Stopwatch.GetElapsedTime(head.At));
        span?.SetTag("orleansim.outcome", outcome).Dispose();
    }

    /// <summary>Makes a refusal of an exception.</summary>
    private Refusal Refuse(string op, Exception failure)
    {
        if (Faults.IsInfrastructure(failure))
        {
            Log.Unavailable(_services.Logger, failure, Shown(op), _session?.Id);
        }
        else
        {
            Log.RequestFailed(_services.Logger, failure, Shown(op), _session?.Id);
        }

        return Faults.ToRefusal(failure);
    }

    private void Leave()
    {
        Interlocked.Decrement(ref _underWay);
        MakeRoom();
    }

    // Of an op that a client made up, no more than it takes to recognize it.
    private static string Shown(string op) => op.Length <= 40 ? op : op[..40];
}
