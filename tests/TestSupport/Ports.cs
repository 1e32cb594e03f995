using System.Net;
using System.Net.Sockets;

namespace OrleansIM.TestSupport;

/// <summary>Ports for what cannot be told to listen on port 0 and say which it got.</summary>
public static class Ports
{
    // Under the range from which systems give out ports by themselves, so that nobody is given one of these between the
    // moment it is found free and the moment it is used: not a port 0 of another test, not a connection.
    private const int First = 20_000, Last = 32_000;

    private static readonly HashSet<int> s_given = [];

    /// <summary>A port nobody listens on. No two callers in this process get the same.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            lock (s_given)
            {
                if (!s_given.Add(port))
                {
                    continue;
                }
            }

            if (IsFree(port))
            {
                return port;
            }
        }
    }

    /// <summary>Whether nobody listens on it at this moment.</summary>
    public static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
