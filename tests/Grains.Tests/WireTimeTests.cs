using System.Buffers;
using System.Text;
using System.Text.Json;

namespace OrleansIM.Grains.Tests;

public class WireTimeTests
{
    [Theory]
    [InlineData("2026-03-04T05:06:07.0089999+00:00", "2026-03-04T05:06:07.008Z")]
    [InlineData("2026-03-04T01:06:07+02:00", "2026-03-03T23:06:07.000Z")]
    [InlineData("0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00.000Z")]
    [InlineData("9999-12-31T23:59:59.9999999+00:00", "9999-12-31T23:59:59.999Z")]
    public void WriteTime_AnyTime_IsUtcInMilliseconds(string time, string expected)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteTime("at"u8, DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        Assert.Equal($$"""{"at":"{{expected}}"}""", Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
