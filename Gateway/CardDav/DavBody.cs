using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using OrleansIM.Gateway.Http;

namespace OrleansIM.Gateway.CardDav;

/// <summary>
/// Reads the XML of a request. Bounded in size and depth, and no DTD: nothing is expanded, nothing fetched (RFC 4918,
/// section 20.6).
/// </summary>
internal static class DavBody
{
    /// <summary>The largest body, in bytes: a multiget of some thousand cards.</summary>
    public const int MaxBytes = 512 * 1024;

    /// <summary>The deepest nesting.</summary>
    public const int MaxDepth = 32;

    private static readonly XmlReaderSettings s_reading = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxBytes,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <summary>The root element, null if there is no body, or why it cannot be read.</summary>
    public static async Task<(XElement? Root, DavAnswer? Fault)> ReadAsync(HttpContext http)
    {
        using var body = await RequestBody.ReadAsync(http, MaxBytes);
        if (body is null)
        {
            return (null, TooLarge);
        }

        if (body.Length == 0)
        {
            return (null, null);
        }

        if (!IsXml(http.Request.ContentType))
        {
            return (null, DavAnswer.Plain(StatusCodes.Status415UnsupportedMediaType, "Send the body as application/xml."));
        }

        try
        {
            return (Parse(body), null);
        }
        catch (XmlException)
        {
            return (null, DavAnswer.Plain(StatusCodes.Status400BadRequest, $"The body is not well-formed XML without a DTD, or nests deeper than {MaxDepth}."));
        }
    }

    private static DavAnswer TooLarge => DavAnswer.Plain(StatusCodes.Status413PayloadTooLarge, $"The body is over {MaxBytes} bytes.");

    private static XElement? Parse(MemoryStream body)
    {
        using (var reader = XmlReader.Create(body, s_reading))
        {
            while (reader.Read())
            {
                if (reader.Depth > MaxDepth)
                {
                    throw new XmlException("Too deep.");
                }
            }
        }

        body.Position = 0;
        using var again = XmlReader.Create(body, s_reading);
        return XDocument.Load(again).Root;
    }

    // Some clients leave it out.
    private static bool IsXml(string? contentType) =>
        string.IsNullOrEmpty(contentType)
        || (MediaTypeHeaderValue.TryParse(contentType, out var type)
            && (type.MediaType.Equals("application/xml", StringComparison.OrdinalIgnoreCase) || type.MediaType.Equals("text/xml", StringComparison.OrdinalIgnoreCase)));
}
