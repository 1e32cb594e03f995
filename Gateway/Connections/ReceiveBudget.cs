namespace OrleansIM.Gateway.Connections;

/// <summary>The memory that frames take which have begun and are not complete, of all streams together.</summary>
internal sealed class ReceiveBudget(GatewayOptions options)
{
    private long _taken;

    /// <summary>Bytes that are taken.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Takes more, or says that there is no more.</summary>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= options.MaxReceiveBytes)
        {
            return true;
        }

        Give(bytes);
        return false;
    }

    public void Give(int bytes) => Interlocked.Add(ref _taken, -bytes);
}
