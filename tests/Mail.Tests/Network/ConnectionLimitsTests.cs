namespace OrleansIM.Mail.Tests.Network;

public sealed class ConnectionLimitsTests
{
    [Fact]
    public async Task Enter_MoreThanMayBeOpenedAtOnce_WaitUntilOneIsOpen()
    {
        var limits = Limits(total: 10, perHost: 10, opening: 2);
        var first = await EnterAsync(limits, "a");
        await EnterAsync(limits, "a");
        var third = limits.EnterAsync("a", CancellationToken.None);
        Assert.False(third.IsCompleted);

        first.MarkOpen();
        first.MarkOpen();

        await third.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(3, limits.Taken);
        Assert.False(limits.EnterAsync("a", CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task Enter_HostIsFull_OnlyThatHostWaits()
    {
        var limits = Limits(total: 10, perHost: 1, opening: 1);
        var first = await EnterAsync(limits, "a.example.com");
        first.MarkOpen();
        var second = limits.EnterAsync("A.example.com.", CancellationToken.None);

        await EnterAsync(limits, "b.example.com");
        Assert.False(second.IsCompleted);
        await first.DisposeAsync();

        await second.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Enter_SiloIsFull_TheEldestOfAllHostsIsNext()
    {
        var limits = Limits(total: 2, perHost: 2, opening: 2);
        var first = await EnterAsync(limits, "a");
        var second = await EnterAsync(limits, "a");
        var onB = limits.EnterAsync("b", CancellationToken.None);
        var onA = limits.EnterAsync("a", CancellationToken.None);

        await first.DisposeAsync();
        await onB.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(onA.IsCompleted);

        await second.DisposeAsync();
        await onA.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((2, 0), (limits.Taken, limits.Waiting));
    }

    [Fact]
    public async Task Enter_Waiting_IsFirstComeFirstServed()
    {
        var limits = Limits(total: 5, perHost: 1, opening: 1);
        var place = await EnterAsync(limits, "a");
        var waiting = Enumerable.Range(0, 5).Select(_ => limits.EnterAsync("a", CancellationToken.None)).ToList();

        foreach (var next in waiting)
        {
            await place.DisposeAsync();
            place = await next.WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(1, limits.Taken);
        }

        await place.DisposeAsync();
        Assert.Equal((0, 0), (limits.Taken, limits.Waiting));
    }

    [Fact]
    public async Task Enter_CancelledWhileWaiting_TakesNoPlace()
    {
        var limits = Limits(total: 1, perHost: 1, opening: 1);
        var first = await EnterAsync(limits, "a");
        using var cancelled = new CancellationTokenSource();
        var second = limits.EnterAsync("a", cancelled.Token);
        var third = limits.EnterAsync("a", CancellationToken.None);

        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await first.DisposeAsync();

        await using var place = await third.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((1, 0), (limits.Taken, limits.Waiting));
    }

    [Fact]
    public async Task Place_GivenBackTwiceOrMarkedLate_CountsOnce()
    {
        var limits = Limits(total: 2, perHost: 2, opening: 1);
        var first = await EnterAsync(limits, "a");
        await first.DisposeAsync();
        await first.DisposeAsync();
        first.MarkOpen();
        Assert.Equal(0, limits.Taken);

        await EnterAsync(limits, "a");
        Assert.False(limits.EnterAsync("a", CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task Enter_ByMany_NeverExceedsAnyLimit()
    {
        var limits = Limits(total: 7, perHost: 3, opening: 2);
        var (total, perHost, opening) = (new Peak(), new[] { new Peak(), new Peak(), new Peak() }, new[] { new Peak(), new Peak(), new Peak() });

        await Task.WhenAll(Enumerable.Range(0, 300).Select(number => Task.Run(async () =>
        {
            var host = number % 3;
            using var impatience = new CancellationTokenSource();
            if (number % 10 == 0)
            {
                impatience.CancelAfter(1);
            }

            try
            {
                await using var place = await limits.EnterAsync($"h{host}", impatience.Token);
                using var _ = total.Enter();
                using var __ = perHost[host].Enter();
                using (opening[host].Enter())
                {
                    await Task.Yield();
                }

                place.MarkOpen();
                await Task.Yield();
            }
            catch (OperationCanceledException) when (number % 10 == 0)
            {
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.InRange(total.Most, 1, 7);
        Assert.All(perHost, peak => Assert.InRange(peak.Most, 1, 3));
        Assert.All(opening, peak => Assert.InRange(peak.Most, 1, 2));
        Assert.Equal((0, 0), (limits.Taken, limits.Waiting));
    }

    private static ConnectionLimits Limits(int total, int perHost, int opening) => new(MailServices.Wrap(options =>
    {
        options.MaxConnections = total;
        options.MaxConnectionsPerHost = perHost;
        options.MaxOpeningPerHost = opening;
    }));

    private static Task<ConnectionPlace> EnterAsync(ConnectionLimits limits, string host)
        => limits.EnterAsync(host, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));

    private sealed class Peak
    {
        private int _now;
        private int _most;

        public int Most => _most;

        public IDisposable Enter()
        {
            lock (this)
            {
                _most = Math.Max(_most, ++_now);
            }

            return new Exit(this);
        }

        private sealed class Exit(Peak peak) : IDisposable
        {
            public void Dispose()
            {
                lock (peak)
                {
                    peak._now--;
                }
            }
        }
    }
}
