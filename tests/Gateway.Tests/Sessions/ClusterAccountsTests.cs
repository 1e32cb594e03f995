using System.Reflection;
using Orleans;
using Orleans.Runtime;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Sessions;

public sealed class ClusterAccountsTests
{
    [Fact]
    public void Account_NoProcessHasAny_IsUnavailableAndNoFault()
    {
        var accounts = new ClusterAccounts(DispatchProxy.Create<IClusterClient, ClusterWithoutAccounts>(), null!);

        var failure = Assert.ThrowsAny<OrleansException>(() => accounts.Account("ann"));

        Assert.Equal(ErrorCodes.Unavailable, Faults.ToRefusal(failure).Code);
    }

#pragma warning disable CA1852 // The proxy is made of it.
    private class ClusterWithoutAccounts : DispatchProxy
#pragma warning restore CA1852
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            throw new ArgumentException("Could not find an implementation for interface OrleansIM.Accounts.IAccountGrain");
    }
}
