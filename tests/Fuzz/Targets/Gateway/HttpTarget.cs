using System.Text.Json;
using OrleansIM.Fuzz.Engine;
using OrleansIM.Protocol;

namespace OrleansIM.Fuzz.Targets;

/// <summary>A request of HTTP to any path of the gateway. It is never a fault of the server, and a refusal says why in JSON.</summary>
internal sealed class HttpTarget : ServerTarget
{
    private int _requests;

    public override string Name => "http";

    public override string About => "requests to any path of a server: methods, paths, headers, bodies";

    public override IReadOnlyList<string> Words { get; } =
    [
        "GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE ", "TRACE ", "CONNECT ", "PROPFIND ", "/v1/accounts", "/v1/login", "/v1/logout", "/v1/password", "/v1/stream", "/healthz", "/readyz", "/metrics",
        "/.well-known/carddav", "/carddav/", "/js/app.js", "/index.html", "/../", "/%2e%2e/", "%00", "%ff", "?a=b", "//", "*", "http://other.example/", " HTTP/1.1\n", " HTTP/1.0\n", " HTTP/2.0\n", "Host: x\n",
        "Content-Type: application/json\n", "Content-Type: text/plain; charset=utf-16\n", "Authorization: Bearer @token\n", "Authorization: Basic @basic\n", "Transfer-Encoding: chunked\n", "Content-Length: 5\n",
        "Expect: 100-continue\n", "Upgrade: websocket\n", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n", "Sec-WebSocket-Version: 13\n", "Sec-WebSocket-Protocol: orleansim.v1\n", "Accept-Encoding: br, gzip;q=0\n",
        "If-None-Match: \"x\"\n", "Range: bytes=0-1,5-\n", "Origin: http://x\n", "X-Forwarded-For: 1.2.3.4\n", "Cookie: a=b\n", "\n\n", "{\"account\":\"@me\",\"password\":\"@password\"}", "{\"login\":\"@me\",\"password\":\"@password\"}",
        "\"displayName\":\"x\"", "\"email\":\"a@b.c\"", "\"device\":\"d\"", "\"jwt\":\"a.b.c\"", "\"everywhere\":true", "\"old\":\"x\"", "\"new\":\"long enough\"", "0\r\n\r\n", "5\r\nhello\r\n", "null", "[]", "\\ud800", "\u00e9", "\0", "\u00ff",
    ];

    public override int BoundedInputs => 2_000;

    public override async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        if (++_requests % 1_000 == 0)
        {
            // Its token may have been signed out by an input.
            await ChangeAccountAsync(_requests / 1_000);
        }

        var answer = await RawHttp.SendAsync(Server.Address, FillIn(input.Span));
        CheckErrors();
        return answer is null ? "cut" : $"{answer.Status} {Check(answer)}";
    }

    private static string Check(RawAnswer answer)
    {
        if (answer.Status is < 100 or >= 500 and not (501 or 503 or 505))
        {
            throw new BrokenPromiseException($"no answer has status {answer.Status}", $"{answer.Head}\n\n{answer.Body}");
        }

        if (answer.Body.Length == 0 || !answer.Says("Content-Type: application/json"))
        {
            return "";
        }

        // In chunks or not, it is one object.
        var json = answer.Body[answer.Body.IndexOf('{', StringComparison.Ordinal)..(answer.Body.LastIndexOf('}') + 1)];
        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("error", out var error))
        {
            return "ok";
        }

        var code = error.GetProperty("code").GetString()!;
        return ErrorCodes.All.ContainsKey(code) && code is not ErrorCodes.Internal ? code
            : throw new BrokenPromiseException($"no answer is {code}", answer.Body);
    }
}
