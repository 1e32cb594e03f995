namespace System.Runtime.CompilerServices
{
    /// <summary>What the compiler asks for behind <c>init</c>.</summary>
    internal static class IsExternalInit;
}

namespace System.Diagnostics.CodeAnalysis
{
    /// <summary>Tells editors what a string holds.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    internal sealed class StringSyntaxAttribute(string syntax) : Attribute
    {
        public const string Json = nameof(Json);
        public string Syntax { get; } = syntax;
    }
}

namespace OrleansIM.Client.Internal
{
    /// <summary>The throw helpers of newer base libraries.</summary>
    internal static class Polyfills
    {
        extension(ArgumentNullException)
        {
            public static void ThrowIfNull(object? argument, string? name = null)
            {
                if (argument is null)
                {
                    throw new ArgumentNullException(name);
                }
            }
        }

        public static async Task<byte[]> ReadAsByteArrayAsync(this HttpContent content, CancellationToken ct)
        {
            ct.ThrowIfCancellationRequested();
            return await content.ReadAsByteArrayAsync().ConfigureAwait(false);
        }

        public static async Task CopyToAsync(this HttpContent content, Stream destination, CancellationToken ct)
        {
            using var body = await content.ReadAsStreamAsync().ConfigureAwait(false);
            await body.CopyToAsync(destination, ct).ConfigureAwait(false);
        }

        extension(ObjectDisposedException)
        {
            public static void ThrowIf(bool condition, object instance)
            {
                if (condition)
                {
                    throw new ObjectDisposedException(instance.GetType().FullName);
                }
            }
        }
    }
}
