using System.Reflection;
using System.Runtime.CompilerServices;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Security;

/// <summary>Arguments for calls whose caller is to be refused whatever they are: of the right types, and not empty.</summary>
internal static class Samples
{
    public static object?[] For(MethodInfo method, string text, IGatewayObserver gateway) =>
        [.. method.GetParameters().Select(parameter => Of(parameter.ParameterType, text, gateway))];

    public static object? Of(Type type, string text, IGatewayObserver gateway)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Of(inner, text, gateway);
        }

        if (type.IsArray)
        {
            var one = type.GetElementType() == typeof(byte) ? (byte)'0' : Of(type.GetElementType()!, text, gateway);
            var array = Array.CreateInstance(type.GetElementType()!, 1);
            array.SetValue(one, 0);
            return array;
        }

        return type switch
        {
            _ when type == typeof(string) => text,
            _ when type == typeof(bool) => true,
            _ when type == typeof(int) => 1,
            _ when type == typeof(long) => 1L,
            _ when type == typeof(DateTimeOffset) => DateTimeOffset.UtcNow.AddHours(1),
            _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(1),
            _ when type == typeof(CancellationToken) => CancellationToken.None,
            _ when type == typeof(IGatewayObserver) => gateway,
            { IsEnum: true } => Enum.GetValues(type).GetValue(0),
            { IsInterface: true } or { IsAbstract: true } => null,
            _ => Filled(type, text, gateway),
        };
    }

    private static object Filled(Type type, string text, IGatewayObserver gateway)
    {
        var made = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            property.SetValue(made, Of(property.PropertyType, text, gateway));
        }

        return made;
    }
}
