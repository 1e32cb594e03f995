using System.Linq.Expressions;
using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.Runtime;

/// <summary>A method of a grain or observer interface: how to call it on the implementation, and what it allows.</summary>
internal sealed class GrainMethod
{
    private readonly MethodInfo _method;
    private readonly Func<object, object?[], Task> _invoke;
    private readonly int[] _live;

    public GrainMethod(MethodInfo method)
    {
        _method = method;
        Returns = ReturnOf(method);
        var parameters = method.GetParameters();
        TokenIndex = Array.FindIndex(parameters, p => p.ParameterType == typeof(CancellationToken));
        IsOneWay = Returns == ReturnKind.Void || method.IsDefined(typeof(OneWayAttribute));
        IsReadOnly = method.IsDefined(typeof(ReadOnlyAttribute));
        AlwaysInterleaves = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        Timeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        PassedByReference.Check(method);
        _live = [.. Enumerable.Range(0, parameters.Length).Where(i => Snapshot.IsNeededFor(parameters[i].ParameterType))];
        ReturnsLive = method.ReturnType.IsGenericType && Snapshot.IsNeededFor(method.ReturnType.GetGenericArguments()[0]);
        _invoke = Compile(method, parameters, Returns);
    }

    public ReturnKind Returns { get; }
    public int TokenIndex { get; }

    /// <summary>True if the result is a collection that the grain may go on changing.</summary>
    public bool ReturnsLive { get; }
    public bool IsOneWay { get; }
    public bool IsReadOnly { get; }
    public bool AlwaysInterleaves { get; }
    public TimeSpan? Timeout { get; }

    public Task Invoke(object instance, object?[] arguments) => _invoke(instance, arguments);

    /// <summary>Takes copies of the collections among the arguments.</summary>
    public void Detach(object?[] arguments)
    {
        foreach (var i in _live)
        {
            arguments[i] = Snapshot.Of(arguments[i]);
        }
    }

    /// <summary>By the name of its namespace, as Orleans goes by it to tell its own interfaces from others.</summary>
    public bool IsOfRuntime => _method.DeclaringType!.Namespace?.StartsWith("Orleans", StringComparison.Ordinal) == true;

    /// <summary>What its spans are called.</summary>
    public string SpanName => field ??= $"{_method.DeclaringType!.Name}/{_method.Name}";

    public override string ToString() => $"{_method.DeclaringType!.Name}.{_method.Name}";

    private static ReturnKind ReturnOf(MethodInfo method)
    {
        var type = method.ReturnType;
        var kind = type == typeof(void) ? ReturnKind.Void
            : type == typeof(Task) ? ReturnKind.Task
            : type == typeof(ValueTask) ? ReturnKind.ValueTask
            : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>) ? ReturnKind.TaskOfT
            : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>) ? ReturnKind.ValueTaskOfT
            : throw Refused($"returns {type}; return Task, Task<T>, ValueTask, ValueTask<T>, or void on an observer");
        if (kind == ReturnKind.Void && !typeof(IGrainObserver).IsAssignableFrom(method.DeclaringType))
        {
            throw Refused("returns void, which only observers may; return Task and mark it [OneWay]");
        }

        if (method.IsGenericMethodDefinition)
        {
            throw Refused("is generic, which Solo does not have; use one method per type");
        }

        return method.GetParameters().Any(p => p.ParameterType.IsByRef) ? throw Refused("has ref or out parameters") : kind;

        NotSupportedException Refused(string what) => new($"{method.DeclaringType!.FullName}.{method.Name} {what}.");
    }

    private static Func<object, object?[], Task> Compile(MethodInfo method, ParameterInfo[] parameters, ReturnKind returns)
    {
        var instance = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object?[]));
        Expression call = Expression.Call(
            Expression.Convert(instance, method.DeclaringType!),
            method,
            parameters.Select((p, i) => Expression.Convert(Expression.ArrayIndex(arguments, Expression.Constant(i)), p.ParameterType)));
        call = returns switch
        {
            ReturnKind.Void => Expression.Block(call, Expression.Constant(Task.CompletedTask)),
            ReturnKind.ValueTask or ReturnKind.ValueTaskOfT => Expression.Call(call, nameof(ValueTask.AsTask), null),
            _ => call,
        };
        return Expression.Lambda<Func<object, object?[], Task>>(Expression.Convert(call, typeof(Task)), instance, arguments).Compile();
    }
}

internal enum ReturnKind
{
    Void,
    Task,
    TaskOfT,
    ValueTask,
    ValueTaskOfT,
}
