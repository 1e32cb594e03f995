using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Orleans.Runtime;

/// <summary>Makes the arguments for constructor parameters marked [PersistentState].</summary>
internal static class PersistentStates
{
    public static (Type Type, Func<Activation, object> Create) FactoryOf(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new ArgumentException($"Parameter '{parameter.Name}' on the constructor for '{parameter.Member.DeclaringType}' has an unsupported type, '{type}'. "
                + $"It must be an instance of generic type '{typeof(IPersistentState<>)}' because it has an associated [PersistentState(...)] attribute.", parameter.Name);
        }

        var given = parameter.GetCustomAttribute<PersistentStateAttribute>()!;
        var create = typeof(PersistentStates).GetMethod(nameof(Create), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type.GetGenericArguments())
            .CreateDelegate<Func<Activation, string, string?, object>>();
        var name = given.StateName.Length == 0 ? parameter.Name! : given.StateName;
        return (type, activation => create(activation, name, given.StorageName));
    }

    private static object Create<TState>(Activation activation, string name, string? provider)
    {
        var services = activation.ActivationServices;
        var store = string.IsNullOrWhiteSpace(provider) ? services.GetService<IGrainStorage>() : services.GetKeyedService<IGrainStorage>(provider);
        var state = new PersistentState<TState>(name, activation, store ?? throw new BadProviderConfigException(
            string.IsNullOrEmpty(provider)
                ? $"No default storage provider found loading grain type {activation.GrainId.Type}."
                : $"No storage provider named \"{provider}\" found loading grain type {activation.GrainId.Type}."));
        activation.LoadBeforeActivation(state.ReadStateAsync);
        return state;
    }
}
