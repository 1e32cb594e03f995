using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using OrleansIM.Gateway.Frames;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Http;

/// <summary>The body of a request: one JSON object, of bounded size.</summary>
internal static class JsonBody
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>Its fields, or the answer that says what is wrong with it.</summary>
    public static async Task<(JsonFields? Fields, HttpAnswer? Answer)> ReadAsync(HttpContext http, bool isOptional = false)
    {
        // Whatever the content type says: no cookie is ever read here, so no page of another origin gains by a plain form.
        using var read = await RequestBody.ReadAsync(http, MaxBytes);
        if (read?.ToArray() is not { } body)
        {
            return (null, HttpAnswer.Refused(new Refusal(ErrorCodes.TooLarge, $"The body is over {MaxBytes} bytes.")));
        }

        if (body.Length == 0 && isOptional)
        {
            body = "{}"u8.ToArray();
        }

        var fields = new JsonFields();
        if (!Utf8.IsValid(body) || !fields.TryParse(body))
        {
            return (null, HttpAnswer.Refused(new Refusal(ErrorCodes.InvalidArgument, $"The body is not one JSON object in UTF-8, or nests deeper than {JsonFields.MaxDepth}.")));
        }

        return fields.Fault is { } fault ? (null, HttpAnswer.Refused(fault)) : (fields, null);
    }
}
