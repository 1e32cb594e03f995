namespace OrleansIM.Gateway.Connections;

/// <summary>The stream, as its queue and its session need it.</summary>
internal interface IStreamOwner
{
    /// <summary>What waited for the client has gone out, so far that there is room again.</summary>
    void OnDrained();

    /// <summary>Tells the client why, and closes.</summary>
    void Close(int code);
}
