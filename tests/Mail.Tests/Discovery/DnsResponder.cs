using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansIM.Mail.Tests.Discovery;

/// <summary>A DNS server on loopback that knows SRV and TXT records, and answers everything else with NXDOMAIN.</summary>
internal sealed class DnsResponder : IAsyncDisposable
{
    private const int Srv = 33, Txt = 16;

    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Dictionary<(string Name, int Type), List<byte[]>> _records = [];
    private readonly Task _serving;

    public DnsResponder() => _serving = ServeAsync();

    public string Address => _socket.Client.LocalEndPoint!.ToString()!;

    /// <summary>Hears, and says nothing.</summary>
    public bool IsSilent { get; set; }

    public void AddService(string name, int priority, int weight, int port, string target)
    {
        var data = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)priority);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(2), (ushort)weight);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4), (ushort)port);
        Add(name, Srv, [.. data, .. Name(target)]);
    }

    public void AddText(string name, string text) => Add(name, Txt, [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)]);

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _serving;
    }

    private static byte[] Name(string name)
    {
        var labels = name.Split('.', StringSplitOptions.RemoveEmptyEntries);
        return [.. labels.SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];
    }

    private void Add(string name, int type, byte[] data)
    {
        _records.TryAdd((name, type), []);
        _records[(name, type)].Add(data);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveAsync();
                if (!IsSilent)
                {
                    await _socket.SendAsync(Answer(question.Buffer), question.RemoteEndPoint);
                }
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
        }
    }

    private byte[] Answer(byte[] question)
    {
        var at = 12;
        var labels = new List<string>();
        while (question[at] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
            at += question[at] + 1;
        }

        var type = BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(at + 1));
        var records = _records.GetValueOrDefault((string.Join('.', labels), type)) ?? [];
        var answer = new List<byte>([question[0], question[1], 0x85, (byte)(records.Count > 0 ? 0x80 : 0x83), 0, 1, 0, (byte)records.Count, 0, 0, 0, 0]);
        answer.AddRange(question.AsSpan(12, at + 5 - 12));
        foreach (var data in records)
        {
            answer.AddRange([0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 60, (byte)(data.Length >> 8), (byte)data.Length, .. data]);
        }

        return [.. answer];
    }
}
