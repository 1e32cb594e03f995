using System.Net;
using System.Text;
using OrleansIM.Gateway.Frames;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Ops;

/// <summary>The fields of <c>mail.bind</c> that are objects. A fault inside one is named with the path to it.</summary>
internal static class MailFields
{
    private const int MaxUrl = 2048;
    private const int MaxUser = 320;

    // Access tokens that are signed documents take a few kilobytes.
    private const int MaxToken = 8 * 1024;

    /// <summary><c>{host, port, security}</c>, or null if it is not there.</summary>
    public static MailServerSettings? OptionalServer(JsonFields bind, ReadOnlySpan<byte> name)
    {
        if (bind.OptionalObject(name) is not { } fields)
        {
            return null;
        }

        var host = fields.Text("host"u8, MailAddresses.MaxBytes, oneLine: true);
        if (!IPAddress.TryParse(host, out _) && !MailAddresses.TryNormalizeHost(host, out host))
        {
            fields.Refuse(ErrorCodes.InvalidArgument, "host: has to be a name like mail.example.org, or an IP address.");
        }

        var server = new MailServerSettings
        {
            Host = host,
            Port = (int)fields.Number("port"u8, 1, ushort.MaxValue),
            Security = fields.OptionalText("security"u8) ?? "",
        };
        if (server.Security is not ("tls" or "starttls" or "none"))
        {
            fields.Refuse(ErrorCodes.InvalidArgument, "security: required, one of tls, starttls, none.");
        }

        PassOn(fields, bind, name);
        return server;
    }

    /// <summary><c>carddav: {url}</c>, or null if it is not there.</summary>
    public static string? OptionalCardDav(JsonFields bind)
    {
        if (bind.OptionalObject("carddav"u8) is not { } fields)
        {
            return null;
        }

        var url = fields.Text("url"u8, MaxUrl, oneLine: true);
        CheckUrl(fields, "url", url);
        PassOn(fields, bind, "carddav"u8);
        return url;
    }

    /// <summary><c>auth</c>: a password, or tokens.</summary>
    public static MailAuth Auth(JsonFields bind)
    {
        if (bind.OptionalObject("auth"u8) is not { } fields)
        {
            bind.Refuse(ErrorCodes.InvalidArgument, "auth: required, an object {type:\"password\", password} or {type:\"oauth2\", accessToken, …}.");
            return new MailAuth();
        }

        var auth = new MailAuth { User = fields.OptionalText("user"u8, MaxUser, least: 1, oneLine: true) };
        switch (fields.OptionalText("type"u8))
        {
            case "password":
                auth = auth with { Password = fields.Text("password"u8, ProtocolLimits.MaxPassword, oneLine: true) };
                break;
            case "oauth2":
                auth = ReadTokens(fields, auth);
                break;
            default:
                fields.Refuse(ErrorCodes.InvalidArgument, "type: required, one of password, oauth2.");
                break;
        }

        PassOn(fields, bind, "auth"u8);
        return auth;
    }

    private static MailAuth ReadTokens(JsonFields fields, MailAuth auth)
    {
        auth = auth with
        {
            AccessToken = fields.Text("accessToken"u8, MaxToken, oneLine: true),
            RefreshToken = fields.OptionalText("refreshToken"u8, MaxToken, least: 1, oneLine: true),
            TokenEndpoint = fields.OptionalText("tokenEndpoint"u8, MaxUrl, oneLine: true),
            ClientId = fields.OptionalText("clientId"u8, ProtocolLimits.MaxText, least: 1, oneLine: true),
            ClientSecret = fields.OptionalText("clientSecret"u8, MaxToken, least: 1, oneLine: true),
        };
        if (auth.TokenEndpoint is { } endpoint)
        {
            CheckUrl(fields, "tokenEndpoint", endpoint);
        }
        else if (auth.RefreshToken is not null)
        {
            fields.Refuse(ErrorCodes.InvalidArgument, "tokenEndpoint: required with a refreshToken.");
        }

        return auth;
    }

    // Which hosts may be reached, and whether without TLS, is for the operator's settings to say.
    private static void CheckUrl(JsonFields fields, string name, string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || address.UserInfo.Length > 0)
        {
            fields.Refuse(ErrorCodes.InvalidArgument, $"{name}: has to be an address like https://example.org/path, without a user in it.");
        }
    }

    private static void PassOn(JsonFields inner, JsonFields outer, ReadOnlySpan<byte> name)
    {
        if (inner.Fault is { } fault)
        {
            outer.Refuse(fault.Code, $"{Encoding.UTF8.GetString(name)}.{fault.Message}");
        }
    }
}
