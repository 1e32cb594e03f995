using System.Collections.Concurrent;
using System.Reflection;
using Orleans;
using Orleans.Runtime;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.TestSupport;

namespace OrleansIM.Gateway.Tests.Sessions;

public sealed class ClusterAccountsTests
{
    [Fact]
    public void Account_NoProcessHasAny_IsUnavailableAndNoFault()
    {
        var accounts = new ClusterAccounts(DispatchProxy.Create<IClusterClient, ClusterWithoutAccounts>(), null!, new LocalGateways());

        var failure = Assert.ThrowsAny<OrleansException>(() => accounts.Account("ann"));

        Assert.Equal(ErrorCodes.Unavailable, Faults.ToRefusal(failure).Code);
    }

    [Fact]
    public async Task CreateReference_AccountsOfThisProcess_ReachTheObserverByIt()
    {
        var local = new LocalGateways();
        var accounts = new ClusterAccounts(DispatchProxy.Create<IClusterClient, ClusterOfReferences>(), null!, local);
        var (observer, other) = (new Observer(), new Observer());

        var reference = accounts.CreateReference(observer);
        accounts.CreateReference(other);

        Assert.NotSame(observer, reference);
        Assert.True(local.TryFind(reference, out var found));
        found.OnEntries(new PushedEntries { Account = "ann", Sessions = [], Entries = [] });
        await Eventually.TrueAsync(() => observer.Entries.Count == 1, "the push");
        Assert.Empty(other.Entries);
        Assert.False(local.TryFind(new Observer(), out _));
    }

    private sealed class Observer : IGatewayObserver
    {
        public ConcurrentQueue<PushedEntries> Entries { get; } = [];

        public void OnEntries(PushedEntries push) => Entries.Enqueue(push);

        public void OnSignal(PushedSignal push) => Assert.Fail("Nothing of the kind was pushed.");

        public void OnSessionsEnded(PushedEnd push) => Assert.Fail("Nothing of the kind was pushed.");
    }

#pragma warning disable CA1852 // The proxies are made of them.
    private class ClusterOfReferences : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => new Observer();
    }

    private class ClusterWithoutAccounts : DispatchProxy
#pragma warning restore CA1852
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            throw new ArgumentException("Could not find an implementation for interface OrleansIM.Accounts.IAccountGrain");
    }
}
