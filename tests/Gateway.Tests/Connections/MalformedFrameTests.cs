using System.Net.WebSockets;
using System.Text;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Connections;

/// <summary>What a broken or hostile client sends is answered or closed, and nobody else notices.</summary>
public sealed class MalformedFrameTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private StreamClient _bystander = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _host.World.Add("ann");
        _host.World.Add("bob");
        _bystander = await _host.SignInAsync("bob");
    }

    public async Task DisposeAsync()
    {
        _host.World["bob"].Append();
        await _bystander.EventAsync("message", "bob");
        await _bystander.OkAsync("""{"id":99,"op":"ping"}""");
        await _host.DisposeAsync();
    }

    public static TheoryData<string, string> Closing() => new()
    {
        { "empty", "" },
        { "white space", "  \n" },
        { "text", "hello" },
        { "half an object", "{" },
        { "an array", """[{"id":1,"op":"ping"}]""" },
        { "a string", "\"ping\"" },
        { "a number", "1" },
        { "null", "null" },
        { "no id", """{"op":"ping"}""" },
        { "id a string", """{"id":"1","op":"ping"}""" },
        { "id null", """{"id":null,"op":"ping"}""" },
        { "id an object", """{"id":{"id":1},"op":"ping"}""" },
        { "id a string, then a number", """{"id":"1","id":1,"op":"ping"}""" },
        { "id no JSON number", """{"id":01,"op":"ping"}""" },
        { "id not finite", """{"id":NaN,"op":"ping"}""" },
        { "a byte order mark", "\uFEFF{\"id\":1,\"op\":\"ping\"}" },
        { "a comment", """/* x */{"id":1,"op":"ping"}""" },
        { "single quotes", "{'id':1,'op':'ping'}" },
        { "broken before the id", """{"op":ping,"id":1}""" },
    };

    public static TheoryData<string, string, string> Answered() => new()
    {
        { "no op", """{"id":1}""", "op" },
        { "op a number", """{"id":1,"op":5}""", "op" },
        { "op null", """{"id":1,"op":null}""", "op" },
        { "op twice", """{"id":1,"op":"ping","op":"ping"}""", "op" },
        { "id twice", """{"id":1,"id":2,"op":"ping"}""", "id" },
        { "broken after the id", """{"id":1,"op":"ping",""", "JSON" },
        { "two objects", """{"id":1,"op":"ping"}{"id":2,"op":"ping"}""", "JSON" },
        { "a trailing comma", """{"id":1,"op":"ping",}""", "JSON" },
        { "too deep", $$"""{"id":1,"op":"ping","x":{{new string('[', 40)}}{{new string(']', 40)}}}""", "deeper than 32" },
        { "very deep", $$"""{"id":1,"op":"ping","x":{{new string('[', 60_000)}}""", "deeper than 32" },
        { "a null byte in a string", "{\"id\":1,\"op\":\"pi\0ng\"}", "JSON" },
        { "a new line in a string", "{\"id\":1,\"op\":\"pi\nng\"}", "JSON" },
        { "a lone surrogate in a body", """{"id":1,"op":"send","as":"ann","to":"bob","cid":"c","body":"x\ud800y"}""", "surrogate" },
        { "a lone surrogate in a value", """{"id":1,"op":"custom.set","as":"ann","key":"k","value":{"a":["\ud800"]}}""", "surrogate" },
        { "a lone surrogate in a name", """{"id":1,"op":"ping","\ud800":1}""", "surrogate" },
        { "a low surrogate first", """{"id":1,"op":"ping","x":"\udc00\ud800"}""", "surrogate" },
    };

    [Theory]
    [MemberData(nameof(Closing))]
    public async Task Frame_ThatCannotBeAnswered_ClosesWithProtocolError(string what, string frame)
    {
        Assert.NotEmpty(what);
        var client = await _host.SignInAsync("ann");

        await client.SendAsync(frame);

        await client.SaidByeAsync(CloseCodes.ProtocolError);
    }

    [Theory]
    [MemberData(nameof(Answered))]
    public async Task Frame_WithAnId_IsRefusedAndTheStreamLives(string what, string frame, string named)
    {
        Assert.NotEmpty(what);
        var client = await _host.SignInAsync("ann");

        await client.SendAsync(frame);

        var error = (await client.AnswerAsync("1")).GetProperty("err");
        Assert.Equal(ErrorCodes.InvalidArgument, error.GetProperty("code").GetString());
        Assert.Contains(named, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        await client.OkAsync("""{"id":5,"op":"ping"}""");
    }

    [Theory]
    [MemberData(nameof(Closing))]
    public async Task Frame_BeforeHello_ClosesJustTheSame(string what, string frame)
    {
        Assert.NotEmpty(what);
        var client = await _host.ConnectAsync();

        await client.SendAsync(frame);

        await client.SaidByeAsync(CloseCodes.ProtocolError);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("-7")]
    [InlineData("1.50")]
    [InlineData("1E+2")]
    [InlineData("9007199254740993")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890")]
    [InlineData("1e400")]
    public async Task Id_AnyNumber_ComesBackAsItWasWritten(string id)
    {
        var client = await _host.SignInAsync("ann");

        await client.SendAsync($$"""{"id": {{id}} ,"op":"ping"}""");

        await client.AnswerAsync(id);
    }

    [Fact]
    public async Task Id_OfThousandsOfDigits_ComesBack()
    {
        var client = await _host.SignInAsync("ann");
        var id = new string('7', 50_000);

        await client.SendAsync($$"""{"op":"ping","id":{{id}}}""");

        await client.AnswerAsync(id);
    }

    [Theory]
    [InlineData("no.such.op")]
    [InlineData("PING")]
    [InlineData("")]
    [InlineData("__proto__")]
    [InlineData("mail.burn")]
    public async Task Op_Unknown_IsNamed(string op)
    {
        var client = await _host.SignInAsync("ann");

        var error = (await client.AskAsync($$"""{"id":1,"op":"{{op}}"}""")).GetProperty("err");

        Assert.Equal(ErrorCodes.UnknownOp, error.GetProperty("code").GetString());
        Assert.Contains($"'{op}'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_Escaped_AreRead()
    {
        var client = await _host.SignInAsync("ann");

        await client.SendAsync("""{"\u0069d":1,"\u006fp":"p\u0069ng","whatever":{"id":2}}""");

        Assert.True((await client.AnswerAsync("1")).TryGetProperty("ok", out _));
    }

    [Fact]
    public async Task Frame_Binary_ClosesWithProtocolError()
    {
        var client = await _host.SignInAsync("ann");

        await client.SendAsync("""{"id":1,"op":"ping"}"""u8.ToArray(), WebSocketMessageType.Binary);

        await client.SaidByeAsync(CloseCodes.ProtocolError);
    }

    [Fact]
    public async Task Frame_NotUtf8_IsClosedByTheWebSocketItself()
    {
        var client = await _host.SignInAsync("ann");

        await client.SendAsync([.. "{\"id\":1,\"op\":\""u8, 0xC3, 0x28, .. "\"}"u8]);

        Assert.Equal((int)WebSocketCloseStatus.InvalidPayloadData, await client.ClosedAsync());
    }

    [Fact]
    public async Task Frame_OfTheLargestSize_IsRead()
    {
        var client = await _host.SignInAsync("ann");
        var frame = $$"""{"id":1,"op":"ping","x":""}""";

        await client.OkAsync(frame.Replace("\"\"", '"' + new string('x', ProtocolLimits.MaxClientFrame - frame.Length) + '"', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public async Task Frame_LargerThanThat_ClosesWithProtocolError(int over)
    {
        var client = await _host.SignInAsync("ann");
        var frame = Encoding.UTF8.GetBytes("""{"id":1,"op":"ping","x":""" + new string(' ', ProtocolLimits.MaxClientFrame));

        await client.SendAsync([.. frame.AsSpan(0, ProtocolLimits.MaxClientFrame), .. new byte[over]]);

        await client.SaidByeAsync(CloseCodes.ProtocolError);
    }

    [Fact]
    public async Task LinkAdd_OfThousands_NamesTheLimit()
    {
        var client = await _host.SignInAsync("ann");

        var error = (await client.AskAsync($$"""{"id":1,"op":"link.add","accounts":[{{string.Join(',', Enumerable.Repeat("{}", 10_000))}}]}""")).GetProperty("err");

        Assert.Equal(ErrorCodes.InvalidArgument, error.GetProperty("code").GetString());
        Assert.Contains("64", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ann.AddLinks", _host.World.Calls);
    }

    [Fact]
    public async Task Fields_Thousands_AreIgnoredQuickly()
    {
        var client = await _host.SignInAsync("ann");

        await client.OkAsync($$"""{"id":1,"op":"ping"{{string.Concat(Enumerable.Repeat(",\"a\":1", 9_000))}}}""");
    }

    [Fact]
    public async Task Garbage_Random_IsAnsweredOrClosed()
    {
        var random = new Random(7);
        const string Valid = """{"id":1,"op":"send","as":"ann","to":"bob","body":"h\u00e4","cid":"c","kind":"text","x":[1,{"y":null}]}""";
        for (var round = 0; round < 60; round++)
        {
            var client = await _host.SignInAsync("ann");
            var frame = Valid.ToCharArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                frame[random.Next(frame.Length)] = (char)random.Next(1, 127);
            }

            await client.SendAsync(new string(frame));
            await client.UntilAsync(
                frames => frames.Count(f => f.TryGetProperty("re", out _)) == 2 || frames.Any(f => f.TryGetProperty("ev", out var ev) && ev.GetString() == "bye"),
                $"an answer or bye to {new string(frame)}");
        }
    }
}
