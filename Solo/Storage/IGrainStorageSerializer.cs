using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orleans.Storage
{
    /// <summary>How a storage provider writes state.</summary>
    public interface IGrainStorageSerializer
    {
        BinaryData Serialize<T>(T? input);

        T? Deserialize<T>(BinaryData input);
    }

    public static class GrainStorageSerializerExtensions
    {
        public static T? Deserialize<T>(this IGrainStorageSerializer serializer, ReadOnlyMemory<byte> input)
            => serializer.Deserialize<T>(new BinaryData(input));
    }

    public interface IStorageProviderSerializerOptions
    {
        IGrainStorageSerializer GrainStorageSerializer { get; set; }
    }

    /// <summary>The provider's own serializer if one is registered by its name, else the general one.</summary>
    public class DefaultStorageProviderSerializerOptionsConfigurator<TOptions>(IServiceProvider serviceProvider)
        : IPostConfigureOptions<TOptions> where TOptions : class, IStorageProviderSerializerOptions
    {
        public void PostConfigure(string? name, TOptions options)
            => options.GrainStorageSerializer ??= (name is null ? null : serviceProvider.GetKeyedService<IGrainStorageSerializer>(name))
                ?? serviceProvider.GetRequiredService<IGrainStorageSerializer>();
    }

    /// <summary>JSON by System.Text.Json: what is used where no serializer is configured. Databases that move between engines configure one.</summary>
    internal sealed class JsonGrainStorageSerializer : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input));

        public T? Deserialize<T>(BinaryData input)
            => input.ToMemory().IsEmpty ? default : JsonSerializer.Deserialize<T>(input.ToMemory().Span);
    }
}

namespace System
{
    /// <summary>Bytes. Stands in for the type of the package System.Memory.Data, which the serializers' interface names.</summary>
    public class BinaryData
    {
        private readonly ReadOnlyMemory<byte> _bytes;

        public BinaryData(byte[] data) => _bytes = data;

        public BinaryData(ReadOnlyMemory<byte> data) => _bytes = data;

        public BinaryData(string data) => _bytes = Text.Encoding.UTF8.GetBytes(data);

        public static BinaryData Empty { get; } = new(ReadOnlyMemory<byte>.Empty);

        public static BinaryData FromBytes(byte[] data) => new(data);

        public static BinaryData FromBytes(ReadOnlyMemory<byte> data) => new(data);

        public static BinaryData FromString(string data) => new(data);

        public byte[] ToArray() => _bytes.ToArray();

        public ReadOnlyMemory<byte> ToMemory() => _bytes;

        public Stream ToStream() => new MemoryStream(_bytes.ToArray(), writable: false);

        public override string ToString() => Text.Encoding.UTF8.GetString(_bytes.Span);

        public static implicit operator ReadOnlyMemory<byte>(BinaryData data) => data?._bytes ?? default;
        public static implicit operator ReadOnlySpan<byte>(BinaryData data) => data is null ? default : data._bytes.Span;
    }
}
