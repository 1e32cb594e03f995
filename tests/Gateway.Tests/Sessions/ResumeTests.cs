using OrleansIM.Gateway.Tests.World;
using OrleansIM.Links;

namespace OrleansIM.Gateway.Tests.Sessions;

public sealed class ResumeTests
{
    [Fact]
    public async Task Resume_FromACursor_GivesExactlyWhatFollows()
    {
        await using var host = await GatewayHost.StartAsync();
        var ann = host.World.Add("ann");
        Append(ann, 250);

        var client = await host.SignInAsync("ann", """{"ann":40}""");
        Append(ann, 5);
        await UntilAsync(client, "ann", 255);

        var page = (await client.FirstEventAsync("page")).GetProperty("data");
        Assert.Equal((true, 40, 0), (page.GetProperty("resumed").GetBoolean(), page.GetProperty("cursor").GetInt32(), page.GetProperty("recent").GetArrayLength()));
        Assert.Equal(Enumerable.Range(41, 215).Select(i => (long)i), client.Seqs("ann"));
    }

    [Fact]
    public async Task Resume_WithNothingNew_GivesNothing()
    {
        await using var host = await GatewayHost.StartAsync();
        Append(host.World.Add("ann"), 7);

        var client = await host.SignInAsync("ann", """{"ann":7}""");
        host.World["ann"].Append();
        await UntilAsync(client, "ann", 8);

        Assert.Equal([8L], client.Seqs("ann"));
    }

    [Theory]
    [InlineData("""{"ann":3}""")]
    [InlineData("""{"ann":9999}""")]
    public async Task Resume_TooOldOrFromNowhere_TellsTheClientToReload(string resume)
    {
        await using var host = await GatewayHost.StartAsync();
        host.World.Add("ann").ResumeWindow = 10;
        Append(host.World["ann"], 50);

        var client = await host.SignInAsync("ann", resume);
        host.World["ann"].Append();
        await UntilAsync(client, "ann", 51);

        var page = (await client.FirstEventAsync("page")).GetProperty("data");
        Assert.Equal((false, 50, 20), (page.GetProperty("resumed").GetBoolean(), page.GetProperty("cursor").GetInt32(), page.GetProperty("recent").GetArrayLength()));
        Assert.Equal([51L], client.Seqs("ann"));
    }

    [Fact]
    public async Task Resume_OfLinkedAccounts_EachFromItsOwnCursor()
    {
        await using var host = await GatewayHost.StartAsync();
        Append(host.World.Add("ann"), 5);
        Append(host.World.Add("ben"), 300);
        host.World.Link("g", ("ann", LinkRole.Master), ("ben", LinkRole.Secondary));

        var client = await host.SignInAsync("ann", """{"ann":4,"ben":10,"a stranger":5}""");
        await UntilAsync(client, "ben", 300);
        await UntilAsync(client, "ann", 5);

        Assert.Equal([5L], client.Seqs("ann"));
        Assert.Equal(Enumerable.Range(11, 290).Select(i => (long)i), client.Seqs("ben"));
    }

    [Fact]
    public async Task Resume_WhileMuchHappens_HasNeitherGapNorDouble()
    {
        await using var host = await GatewayHost.StartAsync();
        var ann = host.World.Add("ann");
        Append(ann, 100);
        var writing = Task.Run(() => Append(ann, 2000));

        var clients = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => host.SignInAsync("ann", $$"""{"ann":{{i * 10}}}""")));
        await writing;
        await Task.WhenAll(clients.Select(c => UntilAsync(c, "ann", 2100)));

        for (var i = 0; i < clients.Length; i++)
        {
            Assert.Equal(Enumerable.Range((i * 10) + 1, 2100 - (i * 10)).Select(s => (long)s), clients[i].Seqs("ann"));
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"ann":"1"}""")]
    [InlineData("""{"ann":-1}""")]
    [InlineData("""{"ann":1.5}""")]
    [InlineData("""{"ann":null}""")]
    public async Task Resume_Malformed_IsRefused(string resume)
    {
        await using var host = await GatewayHost.StartAsync();
        host.World.Add("ann");
        var client = await host.ConnectAsync();

        Assert.Equal("invalid_argument", await client.RefusalAsync($$"""{"id":1,"op":"hello","token":"{{host.Token("ann")}}","resume":{{resume}}}"""));
    }

    private static void Append(FakeAccount account, int count)
    {
        for (var i = 0; i < count; i++)
        {
            account.Append();
        }
    }

    private static Task UntilAsync(StreamClient client, string account, long seq) =>
        client.UntilAsync(frames => frames.Any(f => f.TryGetProperty("seq", out var s) && s.GetInt64() == seq && f.GetProperty("account").GetString() == account), $"seq {seq} of {account}");
}
