using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Links;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Tests.Sessions;

public sealed class RenewalTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_begin = new ManualTime().GetUtcNow();
    private readonly ManualTime _time = new();
    private GatewayHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(time: _time);
        _host.World.Add("ann");
        _host.World.Add("ben");
        _host.World.Link("g", ("ann", LinkRole.Master), ("ben", LinkRole.Secondary));
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Period_EveryAccount_IsRenewedOnceForAllItsSessions()
    {
        var client = await _host.SignInAsync("ann");
        await _host.SignInAsync("ann");
        await _host.SignInAsync("ben");

        await PassAsync(client, TimeSpan.FromSeconds(30), () => Renewals("ann") == 1 && Renewals("ben") == 1);
        await PassAsync(client, TimeSpan.FromSeconds(30), () => Renewals("ann") == 2 && Renewals("ben") == 2);
    }

    [Fact]
    public async Task Renewal_HeadIsHigher_ReadsTheLog()
    {
        var client = await _host.SignInAsync("ann");
        _host.World["ben"].LosesPushes = true;
        _host.World["ben"].Append();
        _host.World["ben"].Append();

        await PassAsync(client, TimeSpan.FromSeconds(30), () => client.Seqs("ben").Length == 2);

        Assert.Equal([1L, 2L], client.Seqs("ben"));
    }

    [Fact]
    public async Task Renewal_SessionUnknown_OpensItAgain()
    {
        var client = await _host.SignInAsync("ann");
        _host.World["ben"].Forget();
        _host.World["ben"].Append();

        await PassAsync(client, TimeSpan.FromSeconds(30), () => client.Seqs("ben").Length == 1);

        Assert.Equal(1, _host.World["ben"].SessionCount);
        Assert.Equal(1, client.Count("page", "ben"));
    }

    [Fact]
    public async Task Renewal_Failing_IsTriedAgainWhenDue()
    {
        var client = await _host.SignInAsync("ann");
        var failures = 1;
        _host.World["ben"].Throws = method => method == "RenewSessions" && failures-- > 0 ? new TimeoutException() : null;
        _host.World["ben"].Forget();

        await PassAsync(client, TimeSpan.FromSeconds(60), () => _host.World["ben"].SessionCount == 1);
    }

    [Fact]
    public async Task RenewNow_DoesNotWaitForThePeriod()
    {
        var client = await _host.SignInAsync("ann");
        _host.World["ann"].Forget();
        _host.World["ben"].Forget();

        _host.Services.GetRequiredService<ISessionRenewals>().RenewNow();

        await PassShortlyAsync(client, () => _host.World["ann"].SessionCount == 1 && _host.World["ben"].SessionCount == 1);
    }

    [Fact]
    public async Task RenewNow_Failing_IsTriedAgainWithinThePeriod()
    {
        var client = await _host.SignInAsync("ann");
        var failures = 3;
        _host.World["ben"].Throws = method => method == "RenewSessions" && failures-- > 0 ? new TimeoutException() : null;
        _host.World["ben"].Forget();

        _host.Services.GetRequiredService<ISessionRenewals>().RenewNow();

        // 300 ms at first, and 100, 200 and 400 ms of pauses.
        await PassShortlyAsync(client, () => _host.World["ben"].SessionCount == 1);
    }

    [Fact]
    public async Task RenewNow_AccountThatNeverAnswers_IsAskedAgainWithinThePeriod()
    {
        var client = await _host.SignInAsync("ann");
        var silent = _host.World["ben"].Close("RenewSessions");
        _host.World["ben"].Forget();

        _host.Services.GetRequiredService<ISessionRenewals>().RenewNow();
        await client.UntilAsync(_ => Advance() && (silent.Reached.IsCompleted || Nudge(client)), "the account to be asked");
        // The next ones go through.
        _host.World["ben"].Close("RenewSessions").Open();

        await PassShortlyAsync(client, () => _host.World["ben"].SessionCount == 1);
        silent.Open();
    }

    /// <summary>Lets time pass until something is so, which has to be before the period of half a minute is over.</summary>
    private async Task PassShortlyAsync(StreamClient client, Func<bool> condition)
    {
        await client.UntilAsync(_ => Advance() && (condition() || Nudge(client)), "the accounts to be open again");
        Assert.InRange(_time.GetUtcNow(), DateTimeOffset.MinValue, s_begin + TimeSpan.FromSeconds(29));
    }

    private bool Advance()
    {
        _time.Advance(TimeSpan.FromMilliseconds(10));
        return true;
    }

    private int Renewals(string account) => _host.World.Calls.Count(c => c == account + ".RenewSessions");

    // Second by second: the clock's loop has to come back to its timer before the next tick counts.
    private async Task PassAsync(StreamClient client, TimeSpan time, Func<bool> condition)
    {
        var id = 1000;
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await client.AskAsync($$"""{"id":{{id++}}{{passed.Ticks}},"op":"ping"}""");
        }

        await client.UntilAsync(_ => condition() || Nudge(client), $"the renewals of {time}");
    }

    private static bool Nudge(StreamClient client)
    {
        _ = client.SendAsync("""{"id":77,"op":"ping"}""");
        return false;
    }
}
