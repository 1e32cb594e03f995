using Microsoft.AspNetCore.Http;

namespace OrleansIM.Gateway.Http;

/// <summary>Reads the bodies of requests.</summary>
internal static class RequestBody
{
    /// <summary>The body, or null if it is too large.</summary>
    /// <exception cref="BadHttpRequestException">It is cut off, or not of the form in which it says it comes.</exception>
    public static async Task<MemoryStream?> ReadAsync(HttpContext http, int mostBytes)
    {
        if (http.Request.ContentLength > mostBytes)
        {
            return null;
        }

        var body = new MemoryStream();
        var buffer = new byte[4096];
        int count;
        while ((count = await ReadAsync(http, buffer)) > 0)
        {
            body.Write(buffer, 0, count);
            if (body.Length > mostBytes)
            {
                return null;
            }
        }

        body.Position = 0;
        return body;
    }

    /// <summary>Kestrel says most of what is wrong with a body as a bad request, but the size of a chunk that is no number as a broken connection.</summary>
    private static async ValueTask<int> ReadAsync(HttpContext http, byte[] buffer)
    {
        try
        {
            return await http.Request.Body.ReadAsync(buffer, http.RequestAborted);
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The body could not be read.", StatusCodes.Status400BadRequest, e);
        }
    }
}
