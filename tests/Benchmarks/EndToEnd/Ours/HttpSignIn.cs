using System.Net;
using System.Text;
using OrleansIM.Benchmarks.EndToEnd.Wire;

namespace OrleansIM.Benchmarks.EndToEnd.Ours;

/// <summary>A sign-in with a password, over a connection of its own: what a user does who has no token.</summary>
internal sealed class HttpSignIn : ByteConnection
{
    /// <summary>Signs in and returns the token.</summary>
    public static async Task<string> SignInAsync(IPEndPoint server, string account, string password, CancellationToken cancellation)
    {
        using var connection = new HttpSignIn();
        return await connection.AskAsync(server, $"{{\"login\":\"{account}\",\"password\":\"{password}\"}}", cancellation);
    }

    protected override int Consume(Span<byte> data) => 0;

    private async Task<string> AskAsync(IPEndPoint server, string body, CancellationToken cancellation)
    {
        await OpenAsync(server, cancellation);
        Append([], Encoding.ASCII.GetBytes(
            $"POST /v1/login HTTP/1.1\r\nHost: {server}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        Flush();
        while (true)
        {
            var answer = await ReadMoreAsync(cancellation);
            if (Scan.TextAfter(answer.Span, "\"token\":\""u8, (byte)'"') is { } token)
            {
                return token;
            }

            if (!answer.Span.StartsWith("HTTP/1.1 200"u8))
            {
                throw new BenchException($"Sign-in was refused: {Encoding.UTF8.GetString(answer.Span)}");
            }
        }
    }
}
