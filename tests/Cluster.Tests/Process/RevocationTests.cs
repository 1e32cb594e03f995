using System.Diagnostics;
using System.Net;
using OrleansIM.Client;
using OrleansIM.Protocol;
using Xunit.Abstractions;

namespace OrleansIM.Cluster.Tests.Process;

/// <summary>A token that is taken back is dead on every gateway of the cluster, not only where that was asked for.</summary>
[Collection(ClusterCollection.Name)]
public sealed class RevocationTests(ClusterFixture fixture, ITestOutputHelper output)
{
    private const string Password = "a password";

    [SkippableFact]
    public async Task SignOutEverywhere_AtOneGateway_EndsSessionsAndTokensAtTheOther()
    {
        var cluster = await fixture.ReadyAsync();
        var account = $"revoked-{Guid.NewGuid():N}"[..20];
        await using var here = new ImClient(Options(cluster.Gateways[0].Url));
        await using var there = new ImClient(Options(cluster.Gateways[1].Url));
        var ended = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        int? code = null;
        using var watch = there.On<SignedOut>(end =>
        {
            code = end.CloseCode;
            ended.TrySetResult(Stopwatch.GetTimestamp());
        });
        await here.RegisterAsync(account, Password);
        await here.SignInAsync(account, Password);
        var token = (await there.SignInAsync(account, Password)).Token;

        var begin = Stopwatch.GetTimestamp();
        await here.SignOutAsync(everywhere: true);
        var answered = Stopwatch.GetElapsedTime(begin);

        // The answer came after the tokens were dead: nothing is waited for.
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(cluster.Gateways[1].Url, "v1/logout"));
        request.Headers.Authorization = new("Bearer", token);
        using var refusal = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, refusal.StatusCode);
        var heard = Stopwatch.GetElapsedTime(begin, await ended.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(CloseCodes.SignedOut, code);
        output.WriteLine($"Signed out everywhere: answered after {answered.TotalMilliseconds:0} ms, the session at the other gateway had ended after {heard.TotalMilliseconds:0} ms.");
    }

    private static ImClientOptions Options(Uri server) => new() { Server = server, RequestTimeout = TimeSpan.FromSeconds(60) };
}
