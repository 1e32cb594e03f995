using System.Text;
using BenchmarkDotNet.Attributes;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Benchmarks.Pieces;

/// <summary>What the gateway does with every message: read the request, merge the entry into the session, write the event.</summary>
public class Edge
{
    private static readonly byte[] s_request =
        Encoding.UTF8.GetBytes($$"""{"id":42,"op":"send","as":"ann","to":"bob","cid":"c42","body":"{{new string('x', 300)}}"}""");

    private static readonly byte[] s_data = new byte[450];

    private readonly JsonFields _fields = new();
    private readonly FrameBuffer _buffer = new();
    private readonly AccountLane _lane = new("ann");
    private readonly TimelineEntry[] _next = new TimelineEntry[1];
    private readonly TimelineEntry _entry = Entry(1);
    private long _seq;

    [GlobalSetup]
    public void OpenLane()
    {
        _lane.OnOpened(0, 0);
        var sink = default(Nowhere);
        _lane.NextStep(ref sink);
    }

    /// <summary>A request of 400 bytes: parsed, its fields read.</summary>
    [Benchmark]
    public int DecodeRequest()
    {
        _fields.TryParse(s_request);
        return _fields.FirstNumber("id"u8)!.Length + _fields.OptionalText("op"u8)!.Length + _fields.Account("as"u8).Length
            + _fields.Recipient("to"u8).Length + _fields.Body("body"u8, 16 * 1024).Length;
    }

    /// <summary>The next entry of an account, pushed to a lane that is live; making the entry is in it.</summary>
    [Benchmark]
    public bool MergeEntry()
    {
        var sink = default(Nowhere);
        _next[0] = Entry(++_seq);
        return _lane.OnPushed(_next, ref sink);
    }

    /// <summary>An event of 500 bytes, written as a frame.</summary>
    [Benchmark]
    public int EncodeEvent()
    {
        _buffer.BeginFrame();
        new EntryFrame("ann", _entry).Write(_buffer);
        _buffer.EndFrame();
        var length = _buffer.Length;
        _buffer.Clear();
        return length;
    }

    private static TimelineEntry Entry(long seq) => new() { Seq = seq, Kind = EntryKind.Message, At = 0, Peer = "bob", Data = s_data };

    private struct Nowhere : ILaneSink
    {
        public readonly bool TryForward(string account, TimelineEntry entry) => true;
    }
}
