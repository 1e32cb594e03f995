using OrleansIM.Grains.Timelines;
using OrleansIM.Silo.Storage;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Tests.Storage;

public sealed class PeerBlocksTests
{
    private static readonly PeerRange s_all = new(0, Backwards: false);
    private static readonly PeerRange s_back = new(long.MaxValue, Backwards: true);

    [Fact]
    public void Seqs_BitsOfABlock_AreItsSeqs() =>
        Assert.Equal([64, 65, 127], PeerBlocks.Seqs(s_all, new([], [(1, 3 | long.MinValue)], HasMore: false), 10));

    [Fact]
    public void Seqs_SealedBetweenTheTwoReads_IsThereOnce() =>
        Assert.Equal([62, 63], PeerBlocks.Seqs(s_all, new([62, 63], [(0, 3L << 62)], HasMore: false), 10));

    [Fact]
    public void Seqs_FurtherBlocks_ForwardsHaveNothingUnsealedYet()
    {
        var found = new PeerSeqs([200], [(0, 2)], HasMore: true);

        Assert.Equal([1], PeerBlocks.Seqs(s_all, found, 10));
        Assert.Equal([200, 1], PeerBlocks.Seqs(s_back, found, 10));
    }

    [Theory]
    [InlineData(3, new long[] { 4, 66 })]
    [InlineData(4, new long[] { 66 })]
    public void Seqs_Forwards_AreThoseOverTheFirst(long after, long[] expected) =>
        Assert.Equal(expected, PeerBlocks.Seqs(new(after, Backwards: false), new([], [(0, 1 << 4), (1, 1 << 2)], HasMore: false), 10));

    [Theory]
    [InlineData(67, new long[] { 66, 4 })]
    [InlineData(66, new long[] { 4 })]
    public void Seqs_Backwards_AreThoseUnderTheFirst(long before, long[] expected) =>
        Assert.Equal(expected, PeerBlocks.Seqs(new(before, Backwards: true), new([], [(1, 1 << 2), (0, 1 << 4)], HasMore: false), 10));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_EntriesThatAreNotThere_AreNoEnd(bool backwards)
    {
        // Of 400 seqs about the peer only every hundredth can be read.
        var blocks = Enumerable.Range(0, 7).Select(block => ((long)block, -1L)).ToList();
        var asked = 0;

        var entries = await PeerBlocks.ReadAsync(backwards ? s_back : s_all, 3, FindAsync, ReadAsync);

        Assert.Equal(backwards ? [200, 300, 400] : [100, 200, 300], entries.Select(entry => entry.Seq));
        Assert.InRange(asked, 2, 450);

        Task<PeerSeqs> FindAsync(PeerRange range, int limit)
        {
            var all = backwards ? blocks.Where(block => block.Item1 <= PeerBlock.Of(range.From)).Reverse() : blocks.Where(block => block.Item1 >= PeerBlock.Of(range.From));
            var some = all.Take(limit).ToList();
            return Task.FromResult(new PeerSeqs([], some, HasMore: some.Count == limit));
        }

        Task<List<TimelineEntry>> ReadAsync(long[] seqs)
        {
            asked++;
            return Task.FromResult(seqs.Order().Where(seq => seq is > 0 and <= 400 && seq % 100 == 0).Select(seq => new TimelineEntry { Seq = seq, Kind = EntryKind.Message, At = 0, Data = [] }).ToList());
        }
    }

    [Fact]
    public async Task Read_Nothing_AsksOnce()
    {
        var asked = 0;

        Assert.Empty(await PeerBlocks.ReadAsync(s_all, 10, (_, _) => Task.FromResult(new PeerSeqs([], [], HasMore: asked++ > 0)), _ => throw new InvalidOperationException("Nothing to read.")));

        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Read_NoneWanted_AsksNothing() =>
        Assert.Empty(await PeerBlocks.ReadAsync(s_all, 0, (_, _) => throw new InvalidOperationException("Asked."), _ => throw new InvalidOperationException("Read.")));
}
