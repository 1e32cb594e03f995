using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace OrleansIM.EndToEnd.Tests.Support;

/// <summary>The HTTP API, by hand.</summary>
public static class Api
{
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(1) })
    {
        Timeout = TimeSpan.FromSeconds(30),
    };

    public static Task<ApiAnswer> PostAsync(Uri server, string path, object body, string? token = null) =>
        SendAsync(server, HttpMethod.Post, path, JsonContent.Create(body, options: Json.Options), token);

    public static async Task<ApiAnswer> SendAsync(Uri server, HttpMethod method, string path, HttpContent? content, string? token = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(server, path)) { Content = content };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var response = await s_http.SendAsync(request);
        return new ApiAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.RetryAfter?.Delta);
    }
}

public sealed record ApiAnswer(int Status, string Body, TimeSpan? RetryAfter)
{
    /// <summary>The code of the error.</summary>
    public string Code => JsonElement.Parse(Body).GetProperty("error").GetProperty("code").GetString()!;

    public override string ToString() => $"{Status} {Body}";

    /// <summary>The answer, which has to have that status.</summary>
    public JsonElement Expect(int status)
    {
        Assert.True(Status == status, $"Expected {status}, got {Status} {Body}");
        return Body.Length == 0 ? default : JsonElement.Parse(Body);
    }
}
