using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using OrleansIM.Contacts;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Http;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Gateway.Tests.Frames;

public sealed class ErrorTableTests
{
    [Fact]
    public void Codes_EveryConstant_IsInTheTable()
    {
        var constants = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);

        Assert.Equal(constants.Order(), ErrorCodes.All.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void HttpAnswer_OfACode_HasItsStatus(string code) =>
        Assert.Equal(ErrorCodes.All[code].HttpStatus, HttpAnswer.Refused(new Refusal(code, "…")).Status);

    [Fact]
    public void Faults_Infrastructure_IsUnavailableWithAPause()
    {
        Refusal[] refusals =
        [
            Faults.ToRefusal(new TimeoutException()),
            Faults.ToRefusal(new Orleans.Runtime.OrleansException()),
            Faults.ToRefusal(new OperationCanceledException()),
        ];

        Assert.All(refusals, refusal => Assert.Equal((ErrorCodes.Unavailable, TimeSpan.FromSeconds(1)), (refusal.Code, refusal.RetryAfter)));
    }

    [Fact]
    public void Faults_Bug_IsInternalAndSaysNothingOfIt()
    {
        var refusal = Faults.ToRefusal(new InvalidOperationException("secret"));

        Assert.Equal(ErrorCodes.Internal, refusal.Code);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EventNames_EveryKind_HasTheNameOfTheProtocol()
    {
        var names = Enum.GetValues<EntryKind>().Where(kind => kind is not EntryKind.GroupInvite).Select(kind => Encoding.UTF8.GetString(EventNames.Of(kind)));

        Assert.Equal(["message", "receipt", "contact", "profile", "settings", "custom", "link", "group"], names);
    }

    [Fact]
    public void WireNames_EveryValue_HasOne()
    {
        Assert.Equal(["none", "requested", "pending", "friend", "blocked"], Enum.GetValues<ContactState>().Select(ContactJson.Name));
        Assert.Equal(
            ["unlinked", "role", "credentials_changed", "disabled", "deleted", null, null],
            Enum.GetValues<SessionEnd>().Select(WireMapping.Name));
    }

    [Fact]
    public void Bye_EveryCloseCode_SaysWhetherToReconnect()
    {
        foreach (var (code, reconnect) in CloseCodes.Reconnect)
        {
            var output = new ArrayBufferWriter<byte>();
            new ByeFrame(code, TimeSpan.FromSeconds(2)).Write(output);

            Assert.Equal(
                "{\"ev\":\"bye\",\"data\":{\"code\":" + code + ",\"reconnect\":" + (reconnect ? "true" : "false") + ",\"afterMs\":2000}}",
                Encoding.UTF8.GetString(output.WrittenSpan));
        }
    }

    [Fact]
    public void Entry_AnyData_TravelsAsItIs()
    {
        var output = new ArrayBufferWriter<byte>();
        new EntryFrame("ann", new TimelineEntry { Seq = long.MaxValue, Kind = EntryKind.Message, At = 0, Data = """{"body":"ä \u0000 📱"}"""u8.ToArray() }).Write(output);

        var json = JsonElement.Parse(output.WrittenSpan);
        Assert.Equal((long.MaxValue, "ä \0 📱"), (json.GetProperty("seq").GetInt64(), json.GetProperty("data").GetProperty("body").GetString()));
    }

    public static TheoryData<string> Codes() => [.. ErrorCodes.All.Keys];
}
