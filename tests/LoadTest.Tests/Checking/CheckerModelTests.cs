using OrleansIM.LoadTest.Checking;

namespace OrleansIM.LoadTest.Tests.Checking;

/// <summary>Random schedules: a server that does everything right is never blamed, and one that does one thing wrong is blamed for that.</summary>
public sealed class CheckerModelTests
{
    private const int Seeds = 150;
    private const int Steps = 400;

    [Fact]
    public void GoodServer_InAnyOrder_IsNotBlamed()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var server = new ModelServer(seed, Misdeed.None);
            server.Run(Steps);
            server.Town.AssertClean();
        }
    }

    [Theory]
    [InlineData(Misdeed.SkipsAnEvent, Fault.Gap)]
    [InlineData(Misdeed.SendsAnEventTwice, Fault.Duplicated)]
    [InlineData(Misdeed.SwapsTwoEvents, Fault.Reordered)]
    [InlineData(Misdeed.SendsAnEventToStrangers, Fault.Leak)]
    [InlineData(Misdeed.OpensAPageForStrangers, Fault.Leak)]
    [InlineData(Misdeed.ForgetsAMessage, Fault.Lost)]
    [InlineData(Misdeed.StoresHalfAMessage, Fault.Lost)]
    [InlineData(Misdeed.StoresAMessageTwice, Fault.Duplicated)]
    [InlineData(Misdeed.TurnsTwoMessagesAround, Fault.Reordered)]
    [InlineData(Misdeed.LosesTheEndOfAStream, Fault.Lost)]
    internal void BadServer_InAnyOrder_IsBlamedForWhatItDid(Misdeed misdeed, Fault fault)
    {
        var caught = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var server = new ModelServer(seed, misdeed);
            server.Run(Steps);
            if (server.HasSinned)
            {
                caught++;
                Assert.True(server.Town.Findings[fault] > 0, $"seed {seed}: {misdeed} was not seen");
                foreach (var other in Enum.GetValues<Fault>().Where(other => other != fault && server.Town.Findings[other] > 0))
                {
                    // Whoever was given a page that is not his gets what is written on it, too: the same fault, many times.
                    Assert.Fail($"seed {seed}: {misdeed} was taken for {other}: {string.Join("; ", server.Town.Findings.Examples(other))}");
                }
            }
        }

        Assert.True(caught > Seeds / 2, $"only {caught} of {Seeds} schedules had a moment for it");
    }
}
