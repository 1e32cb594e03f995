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
    /// <summary>Serves a POST with a JSON body.</summary>
    public RequestDelegate Post(HttpCall call, bool bodyIsOptional = false) => Serve(new() { [HttpMethods.Post] = call }, bodyIsOptional);

    /// <summary>Serves one path by several methods. A POST may have a JSON body; what others have is not read.</summary>
    public RequestDelegate On(params (string Method, HttpCall Call)[] calls) => Serve(calls.ToDictionary(pair => pair.Method, pair => pair.Call), bodyIsOptional: true);

    private RequestDelegate Serve(Dictionary<string, HttpCall> calls, bool bodyIsOptional) => async http =>
    {
        HttpAnswer answer;
        try
        {
            answer = await AnswerAsync(http, calls, bodyIsOptional);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException e)
        {
            answer = HttpAnswer.Refused(e);
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

        try
        {
            await answer.WriteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone.
        }
        catch (Exception e) when (http.Response.HasStarted)
        {
            BrokenOff(logger, e, http.Request.Path);
        }
    };

    /// <summary>Serves every path that nothing else serves.</summary>
    public static Task NotFoundAsync(HttpContext http) =>
        HttpAnswer.Refused(404, ErrorCodes.UnknownOp, "There is nothing at this path.").WriteAsync(http);

    /// <summary>Has the call of the request's method answer; 405 if there is none.</summary>
    public static async Task<HttpAnswer> AnswerAsync(HttpContext http, IReadOnlyDictionary<string, HttpCall> calls, bool bodyIsOptional)
    {
        if (!calls.TryGetValue(http.Request.Method, out var call))
        {
            return HttpAnswer.Refused(405, ErrorCodes.UnknownOp, $"Use {string.Join(" or ", calls.Keys)}.", allow: string.Join(", ", calls.Keys));
        }

        var (fields, answer) = HttpMethods.IsPost(http.Request.Method) ? await JsonBody.ReadAsync(http, bodyIsOptional) : (new JsonFields(), null);
        if (fields is null)
        {
            return answer!;
        }

        SecurityAudit.ComesFrom(SourceLimits.SourceOf(http.Connection.RemoteIpAddress).ToString());
        return await call(http, fields);
    }

    [LoggerMessage(1, LogLevel.Warning, "{Path} could not reach its account.")]
    private static partial void Unavailable(ILogger logger, Exception exception, string path);

    [LoggerMessage(3, LogLevel.Warning, "{Path} has been broken off in the middle of its answer.")]
    private static partial void BrokenOff(ILogger logger, Exception exception, string path);

    [LoggerMessage(2, LogLevel.Error, "{Path} has failed.")]
    private static partial void Failed(ILogger logger, Exception exception, string path);
}
