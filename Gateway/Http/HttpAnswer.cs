using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansIM.Gateway.Frames;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Http;

/// <summary>An answer of the HTTP API.</summary>
internal sealed class HttpAnswer
{
    private HttpAnswer(int status) => Status = status;

    public int Status { get; }

    public Refusal? Refusal { get; private init; }

    /// <summary>For 405: what is allowed.</summary>
    public string? Allow { get; init; }

    /// <summary>For 401: how to sign in.</summary>
    private string Challenge { get; init; } = "Bearer";

    private Action<Utf8JsonWriter>? Body { get; init; }

    private Func<PipeWriter, CancellationToken, Task>? Download { get; init; }

    private string? FileName { get; init; }

    public static HttpAnswer Empty { get; } = new(StatusCodes.Status204NoContent);

    public static HttpAnswer Ok(int status, Action<Utf8JsonWriter> body) => new(status) { Body = body };

    /// <summary>
    /// A download of lines of JSON, which is written as fast as the client reads. What fails when it has begun cuts the
    /// connection: the client notices that it is not whole.
    /// </summary>
    public static HttpAnswer Lines(string fileName, Func<PipeWriter, CancellationToken, Task> download) =>
        new(StatusCodes.Status200OK) { Download = download, FileName = fileName };

    /// <summary>A refusal with the status that its code has.</summary>
    public static HttpAnswer Refused(Refusal refusal) =>
        new(ErrorCodes.All.TryGetValue(refusal.Code, out var code) ? code.HttpStatus : StatusCodes.Status500InternalServerError) { Refusal = refusal };

    /// <summary>
    /// A refusal of a call whose shape is right, and which can only be wrong about what its path names (a session, an invite):
    /// what is not there is 404, as an account that is not there.
    /// </summary>
    public static HttpAnswer RefusedOfPath(Refusal refusal) =>
        refusal.Code == ErrorCodes.InvalidArgument ? Refused(StatusCodes.Status404NotFound, refusal.Code, refusal.Message) : Refused(refusal);

    /// <summary>The answer to such a call that has nothing to say: 204, or why not.</summary>
    public static HttpAnswer OfPath(Outcome outcome) => outcome.Refusal is { } refusal ? RefusedOfPath(refusal) : Empty;

    /// <summary>A refusal with a status of HTTP's own.</summary>
    public static HttpAnswer Refused(int status, string code, string message, string? allow = null) =>
        new(status) { Refusal = new Refusal(code, message), Allow = allow };

    /// <summary>A refusal of whoever has not said who it is, where that is said in another way than by a token.</summary>
    public static HttpAnswer Unauthenticated(string message, string challenge) =>
        new(StatusCodes.Status401Unauthorized) { Refusal = new Refusal(ErrorCodes.Unauthenticated, message), Challenge = challenge };

    /// <summary>A request that could not be read.</summary>
    public static HttpAnswer Refused(BadHttpRequestException unreadable) => Refused(
        unreadable.StatusCode, unreadable.StatusCode == StatusCodes.Status413PayloadTooLarge ? ErrorCodes.TooLarge : ErrorCodes.InvalidArgument, "The request could not be read.");

    public async Task WriteAsync(HttpContext http)
    {
        var response = http.Response;
        response.StatusCode = Status;
        response.Headers.CacheControl = "no-store";
        if (Allow is not null)
        {
            response.Headers.Allow = Allow;
        }

        if (Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            var seconds = Math.Max(1, Math.Ceiling(Refusal?.RetryAfter?.TotalSeconds ?? 1));
            response.Headers.RetryAfter = seconds.ToString("0", CultureInfo.InvariantCulture);
        }

        if (Status == StatusCodes.Status401Unauthorized && Refusal?.Code == ErrorCodes.Unauthenticated)
        {
            response.Headers.WWWAuthenticate = Challenge;
        }

        if (Download is not null)
        {
            await WriteDownloadAsync(http);
        }
        else if (Body is not null || Refusal is not null)
        {
            var body = new ArrayBufferWriter<byte>();
            Write(body);
            response.ContentType = "application/json; charset=utf-8";
            response.ContentLength = body.WrittenCount;
            await response.Body.WriteAsync(body.WrittenMemory, http.RequestAborted);
        }
    }

    private async Task WriteDownloadAsync(HttpContext http)
    {
        http.Response.ContentType = "application/jsonl; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{FileName}\"";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            await Download!(http.Response.BodyWriter, http.RequestAborted);
        }
        catch
        {
            http.Abort();
            throw;
        }
    }

    private void Write(ArrayBufferWriter<byte> body)
    {
        var json = JsonWriters.Borrow(body);
        json.WriteStartObject();
        if (Refusal is not null)
        {
            json.WriteStartObject("error"u8);
            AnswerFrame.WriteRefusal(json, Refusal);
            json.WriteEndObject();
        }

        Body?.Invoke(json);
        json.WriteEndObject();
        json.Flush();
    }
}
