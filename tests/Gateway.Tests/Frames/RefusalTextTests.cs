using System.Text;
using OrleansIM.Gateway.Frames;

namespace OrleansIM.Gateway.Tests.Frames;

/// <summary>What a developer reads who has sent a field that is missing or of another kind.</summary>
public sealed class RefusalTextTests
{
    public static TheoryData<string, string> Faults => new()
    {
        { """{}""", "to: required, an account id, 2 to 32 characters of a-z 0-9 . _ -, the first a letter or digit." },
        { """{"to":["bob"]}""", "to: has to be a string." },
        { """{"to":"B!"}""", "to: has to be an account id, 2 to 32 characters of a-z 0-9 . _ -, the first a letter or digit." },
        { """{"to":"bob","body":5}""", "body: has to be a string." },
        { """{"to":"bob"}""", "body: required, a string of 1 to 100 bytes." },
        { """{"to":"bob","body":"x","all":"bob"}""", "all: has to be an array, […], also of one." },
        { """{"to":"bob","body":"x","all":[7]}""", "all: has to be an array of account ids, 2 to 32 characters of a-z 0-9 . _ -, the first a letter or digit." },
        { """{"to":"bob","body":"x","upTo":"5"}""", "upTo: has to be a whole number from 1." },
        { """{"to":"bob","body":"x"}""", "upTo: required, a whole number from 1." },
        { """{"to":"bob","body":"x","upTo":5,"on":1}""", "on: has to be true or false." },
        { """{"to":"bob","body":"x","upTo":5,"on":true,"auth":"secret"}""", "auth: has to be an object, {…}." },
        { """{"to":"bob","to":"cat"}""", "to: is given more than once." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Field_ThatIsWrong_IsNamedWithWhatItHasToBe(string json, string message)
    {
        var fields = new JsonFields();
        Assert.True(fields.TryParse(Encoding.UTF8.GetBytes(json)));

        fields.Recipient("to"u8);
        fields.Body("body"u8, 100);
        fields.OptionalAccounts("all"u8, 5);
        fields.Number("upTo"u8, 1, long.MaxValue);
        fields.Flag("on"u8);
        fields.OptionalObject("auth"u8);

        Assert.Equal(message, fields.Fault?.Message);
    }
}
