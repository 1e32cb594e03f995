using System.Diagnostics;
using OrleansIM.Benchmarks.EndToEnd.Ours;
using OrleansIM.Benchmarks.EndToEnd.Wire;

namespace OrleansIM.Benchmarks.EndToEnd.Mail;

/// <summary>A session of an account with a mailbox: sees its channel open, and its mails come.</summary>
internal sealed class MailSession : OursConnection
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called with the number of the newest mail (<see cref="MailTexts.Arrival"/>), and when it was there.</summary>
    public Action<int, long>? Arrived { get; set; }

    /// <summary>Mailboxes on its page.</summary>
    public int Mailboxes { get; private set; }

    /// <summary>Returns when the channel is open.</summary>
    public Task OpenedAsync(CancellationToken cancellation) => _open.Task.WaitAsync(s_patience, cancellation);

    protected override void OnPage(ReadOnlySpan<byte> frame)
    {
        Mailboxes += Scan.Count(frame, "\"state\":\""u8);
        if (frame.IndexOf("\"state\":\"open\""u8) >= 0)
        {
            _open.TrySetResult();
        }
    }

    protected override void OnEvent(ReadOnlySpan<byte> frame)
    {
        if (frame.StartsWith("{\"ev\":\"mail\""u8))
        {
            Arrived?.Invoke(Scan.NumberAfter(frame, "arrival-"u8), Stopwatch.GetTimestamp());
        }
        else if (frame.StartsWith("{\"ev\":\"channel\""u8) && frame.IndexOf("\"state\":\"open\""u8) >= 0)
        {
            _open.TrySetResult();
        }
    }

    protected override void OnLost(Exception reason)
    {
        base.OnLost(reason);
        _open.TrySetException(reason);
    }
}
