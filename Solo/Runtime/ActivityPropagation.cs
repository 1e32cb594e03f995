using System.Diagnostics;

namespace Orleans.Runtime;

/// <summary>Spans travel with calls: the one of a call is the child of the caller's.</summary>
internal sealed class ActivityPropagation
{
    private static readonly ActivitySource s_application = new("Microsoft.Orleans.Application");
    private static readonly ActivitySource s_runtime = new("Microsoft.Orleans.Runtime");

    public static ActivityContext? OfCaller() => Activity.Current?.Context;

    /// <summary>Begins the span of a call that is about to run; null if its caller had none, or nobody listens.</summary>
    public static Activity? StartCall(Call call) =>
        call.Span is { } caller ? (call.Method.IsOfRuntime ? s_runtime : s_application).StartActivity(call.Method.SpanName, ActivityKind.Server, caller) : null;
}
