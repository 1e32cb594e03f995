using OrleansIM.Client.Internal;
using OrleansIM.Client.Tests.Scripted;

namespace OrleansIM.Client.Tests.Store;

public sealed class LocalCopyTests
{
    [Fact]
    public async Task Close_WhileAPageIsAboutToBeWritten_WritesItBefore()
    {
        var (clock, store) = (new FakeClock(), new MemoryStore());
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var answered = new ManualResetEventSlim();
        var copy = new LocalCopy(store, "scope", "me", clock.Clock, PageOf, _ => { });

        copy.SavePage("ann", reloaded: false);
        await clock.PassAsync(TimeSpan.FromMilliseconds(300), "the pause before a page is written");
        await asked.Task.Time("the page to be asked for");
        var closed = Task.Run(copy.CloseAsync);
        await Task.WhenAny(closed, Task.Delay(TimeSpan.FromMilliseconds(200)));
        answered.Set();
        await closed.Time("the end");

        Assert.Equal(StoreKeys.Page("ann"), Assert.Single(await store.ReadAsync("scope")).Key);

        Page PageOf(string account)
        {
            asked.SetResult();
            answered.Wait();
            return new Page { Account = account, Cursor = 9 };
        }
    }
}
