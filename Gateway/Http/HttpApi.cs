using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrleansIM.Audit;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Http;

/// <summary>A call of the HTTP API: reads the fields of its body, answers.</summary>
internal delegate Task<HttpAnswer> HttpCall(HttpContext http, JsonFields body);

/// <summary>What every call of the HTTP API has in common: method, body, and errors as JSON, whatever happens.</summary>
internal sealed partial class HttpApi(ILogger<HttpApi> logger)
{
    private const int MaxBody = 64 * 1024;

    /// <summary>Serves a POST with a JSON body.</summary>
    public RequestDelegate Post(HttpCall call, bool bodyIsOptional = false) => async http =>
    {
        HttpAnswer answer;
        try
        {
            answer = await ServeAsync(http, call, bodyIsOptional);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException e)
        {
            answer = HttpAnswer.Refused(e.StatusCode, e.StatusCode == 413 ? ErrorCodes.TooLarge : ErrorCodes.InvalidArgument, "The request could not be read.");
        }
        catch (Exception e)
        {
            answer = HttpAnswer.Refused(Faults.ToRefusal(e));
            if (Faults.IsInfrastructure(e))
            {
                Unavailable(logger, e, http.Request.Path);
            }
            else
            {
                Failed(logger, e, http.Request.Path);
            }
        }

        await answer.WriteAsync(http);
    };

    /// <summary>Serves every path that nothing else serves.</summary>
    public static Task NotFoundAsync(HttpContext http) =>
        HttpAnswer.Refused(404, ErrorCodes.UnknownOp, "There is nothing at this path.").WriteAsync(http);

    private static async Task<HttpAnswer> ServeAsync(HttpContext http, HttpCall call, bool bodyIsOptional)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            return HttpAnswer.Refused(405, ErrorCodes.UnknownOp, "Use POST.", allow: "POST");
        }

        // Whatever the content type says: no cookie is ever read here, so no page of another origin gains by a plain form.
        var body = await ReadAsync(http);
        if (body is null)
        {
            return HttpAnswer.Refused(new Refusal(ErrorCodes.TooLarge, $"The body is over {MaxBody} bytes."));
        }

        if (body.Length == 0 && bodyIsOptional)
        {
            body = "{}"u8.ToArray();
        }

        var fields = new JsonFields();
        if (!Utf8.IsValid(body) || !fields.TryParse(body))
        {
            return HttpAnswer.Refused(new Refusal(ErrorCodes.InvalidArgument, $"The body is not one JSON object in UTF-8, or nests deeper than {JsonFields.MaxDepth}."));
        }

        SecurityAudit.ComesFrom(SourceLimits.SourceOf(http.Connection.RemoteIpAddress).ToString());
        return fields.Fault is { } fault ? HttpAnswer.Refused(fault) : await call(http, fields);
    }

    /// <summary>The body, or null if it is too large.</summary>
    private static async Task<byte[]?> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > MaxBody)
        {
            return null;
        }

        using var body = new MemoryStream();
        var buffer = new byte[4096];
        int count;
        while ((count = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            body.Write(buffer, 0, count);
            if (body.Length > MaxBody)
            {
                return null;
            }
        }

        return body.ToArray();
    }

    [LoggerMessage(1, LogLevel.Warning, "{Path} could not reach its account.")]
    private static partial void Unavailable(ILogger logger, Exception exception, string path);

    [LoggerMessage(2, LogLevel.Error, "{Path} has failed.")]
    private static partial void Failed(ILogger logger, Exception exception, string path);
}
