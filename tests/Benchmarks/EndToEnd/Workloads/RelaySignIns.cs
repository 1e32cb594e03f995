using System.Globalization;
using OrleansIM.Benchmarks.EndToEnd.Relay;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>What a sign-in costs without a service behind it: a connection, a hello, and answers of the size of ours.</summary>
internal sealed class RelaySignIns(RelayServer server, int users, int accounts) : SignInSide(users)
{
    /// <summary>About the size of a page with ten contacts.</summary>
    private const int PageBytes = 1500;

    public override int ServerId => server.ProcessId;

    public override ValueTask DisposeAsync() => server.DisposeAsync();

    protected override async Task<IReadOnlyList<IDisposable>> SignInAsync(int user, CancellationToken cancellation)
    {
        var session = new RelayConnection();
        // The answer to hello and ready are frames too.
        await session.SignInAsync(server.Address, $"user{user.ToString(CultureInfo.InvariantCulture)}", accounts + 2, PageBytes, cancellation);
        return [session];
    }
}
