using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrleansIM.Audit;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Http;

/// <summary>A call of the HTTP API: reads the fields of its body, answers.</summary>
internal delegate Task<HttpAnswer> HttpCall(HttpContext http, JsonFields body);

/// <summary>A call that looks at the request before its body is read, by <see cref="HttpApi.ReadAsync"/>.</summary>
internal delegate Task<HttpAnswer> UnreadCall(HttpContext http);

/// <summary>What every call of the HTTP API has in common: method, body, and errors as JSON, whatever happens.</summary>
internal sealed partial class HttpApi(ILogger<HttpApi> logger)
{
    /// <summary>Serves a POST with a JSON body.</summary>
    public RequestDelegate Post(HttpCall call, bool bodyIsOptional = false)
    {
        var calls = new Dictionary<string, HttpCall> { [HttpMethods.Post] = call };
        return Serve(http => AnswerAsync(http, calls, bodyIsOptional));
    }

    /// <summary>Serves one path by several methods. A POST may have a JSON body; what others have is not read.</summary>
    public RequestDelegate On(params (string Method, HttpCall Call)[] calls)
    {
        var byMethod = calls.ToDictionary(pair => pair.Method, pair => pair.Call);
        return Serve(http => AnswerAsync(http, byMethod, bodyIsOptional: true));
    }

    /// <summary>The same, by calls that read the body themselves.</summary>
    public RequestDelegate OnUnread(params (string Method, UnreadCall Call)[] calls)
    {
        var byMethod = calls.ToDictionary(pair => pair.Method, pair => pair.Call);
        return Serve(http => byMethod.TryGetValue(http.Request.Method, out var call) ? call(http) : Task.FromResult(NotServed(byMethod.Keys)));
    }

    private RequestDelegate Serve(UnreadCall call) => async http =>
    {
        HttpAnswer answer;
        try
        {
            answer = await call(http);
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
    public static Task<HttpAnswer> AnswerAsync(HttpContext http, IReadOnlyDictionary<string, HttpCall> calls, bool bodyIsOptional) =>
        calls.TryGetValue(http.Request.Method, out var call) ? ReadAsync(http, call, bodyIsOptional) : Task.FromResult(NotServed(calls.Keys));

    /// <summary>Reads the body and has a call answer, or says what is wrong with the body.</summary>
    public static async Task<HttpAnswer> ReadAsync(HttpContext http, HttpCall call, bool bodyIsOptional)
    {
        var (fields, answer) = HttpMethods.IsPost(http.Request.Method) ? await JsonBody.ReadAsync(http, bodyIsOptional) : (new JsonFields(), null);
        if (fields is null)
        {
            return answer!;
        }

        SecurityAudit.ComesFrom(SourceLimits.SourceOf(http.Connection.RemoteIpAddress).ToString());
        return await call(http, fields);
    }

    private static HttpAnswer NotServed(IEnumerable<string> methods) =>
        HttpAnswer.Refused(405, ErrorCodes.UnknownOp, $"Use {string.Join(" or ", methods)}.", allow: string.Join(", ", methods));

    [LoggerMessage(1, LogLevel.Warning, "{Path} could not reach its account.")]
    private static partial void Unavailable(ILogger logger, Exception exception, string path);

    [LoggerMessage(3, LogLevel.Warning, "{Path} has been broken off in the middle of its answer.")]
    private static partial void BrokenOff(ILogger logger, Exception exception, string path);

    [LoggerMessage(2, LogLevel.Error, "{Path} has failed.")]
    private static partial void Failed(ILogger logger, Exception exception, string path);
}
