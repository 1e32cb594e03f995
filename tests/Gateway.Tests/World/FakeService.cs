using System.Reflection;
using OrleansIM.Service;

namespace OrleansIM.Gateway.Tests.World;

/// <summary>The service, to whom every secret is good; what else it is asked for is not there. (Not sealed: what is made for it derives from it.)</summary>
public class FakeService : DispatchProxy
{
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == nameof(IServiceGrain.CheckSecretAsync) ? Task.FromResult(Outcome.Done) : throw new NotSupportedException(targetMethod.Name);
}
