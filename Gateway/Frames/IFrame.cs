using System.Buffers;

namespace OrleansIM.Gateway.Frames;

/// <summary>A frame to a client that writes itself where it is sent from; a struct, so that it costs nothing to queue.</summary>
internal interface IFrame
{
    void Write(IBufferWriter<byte> output);
}
