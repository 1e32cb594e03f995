using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.CardDav;

/// <summary>An answer of the CardDAV server.</summary>
internal sealed record DavAnswer(int Status)
{
    /// <summary>Classes 1 and 3 of RFC 4918, and RFC 6352.</summary>
    private const string Classes = "1, 3, addressbook";

    private const string Xml = "application/xml; charset=utf-8";

    public string? ContentType { get; init; }

    public byte[] Body { get; init; } = [];

    /// <summary>For 405 and OPTIONS: what is allowed.</summary>
    public string? Allow { get; init; }

    /// <summary>The entity tag of the body, with its quotes.</summary>
    public string? ETag { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What depends on the request's <c>Accept</c>.</summary>
    public bool VariesByAccept { get; init; }

    public static DavAnswer Plain(int status, string message) =>
        new(status) { ContentType = "text/plain; charset=utf-8", Body = Encoding.UTF8.GetBytes(message + "\n") };

    /// <summary>A condition that was not met, as XML (RFC 4918, section 16).</summary>
    public static DavAnswer Failed(XName condition, int status = StatusCodes.Status403Forbidden, Action<XmlWriter>? content = null) => new(status)
    {
        ContentType = Xml,
        Body = DavXml.Write(xml =>
        {
            xml.Start(DavNames.Dav + "error");
            xml.Start(condition);
            content?.Invoke(xml);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }),
    };

    public static DavAnswer Multistatus(byte[] body) => new(StatusCodes.Status207MultiStatus) { ContentType = Xml, Body = body };

    /// <summary>What an account has refused.</summary>
    public static DavAnswer Refused(Refusal refusal) => refusal.Code switch
    {
        ErrorCodes.BadCredentials or ErrorCodes.Unauthenticated => Plain(StatusCodes.Status401Unauthorized, "Sign in with an account and its password, or an app password."),
        var other => Plain(ErrorCodes.All.TryGetValue(other, out var code) ? code.HttpStatus : StatusCodes.Status500InternalServerError, refusal.Message)
            with
        { RetryAfter = refusal.RetryAfter },
    };

    public async Task WriteAsync(HttpContext http)
    {
        var response = http.Response;
        response.StatusCode = Status;
        WriteHeaders(response);
        if (Status == StatusCodes.Status304NotModified)
        {
            return;
        }

        response.ContentType = ContentType;
        response.ContentLength = Body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.Body.WriteAsync(Body, http.RequestAborted);
        }
    }

    private void WriteHeaders(HttpResponse response)
    {
        response.Headers["DAV"] = Classes;

        // Kept by the one who asked, and asked about each time.
        response.Headers.CacheControl = "private, no-cache";
        if (Allow is not null)
        {
            response.Headers.Allow = Allow;
        }

        if (ETag is not null)
        {
            response.Headers.ETag = ETag;
        }

        if (VariesByAccept)
        {
            response.Headers.Vary = "Accept";
        }

        if (Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Basic realm=\"OrleansIM\", charset=\"UTF-8\"";
        }

        if (Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(RetryAfter?.TotalSeconds ?? 1)).ToString("0", CultureInfo.InvariantCulture);
        }
    }
}
