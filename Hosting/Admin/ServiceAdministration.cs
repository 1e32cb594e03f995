using System.Text.Json;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Http;
using OrleansIM.Invites;
using OrleansIM.Protocol;
using OrleansIM.Service;

namespace OrleansIM.Hosting.Admin;

/// <summary>What lets others in: the credentials of an app's own servers, and invites.</summary>
internal sealed class ServiceAdministration(IGrainFactory grains)
{
    private const int MaxName = 100;
    private const int MaxCallsPerMinute = 1_000_000;
    private const int DefaultCallsPerMinute = 600;
    private const int DayInSeconds = 24 * 60 * 60;
    private const int MaxOverlap = 30 * DayInSeconds;

    /// <summary>What the request for a credential may have.</summary>
    public static string[] CredentialFields { get; } = ["name", "scopes", "prefix", "callsPerMinute"];

    private IServiceCredentialsGrain Credentials => grains.GetGrain<IServiceCredentialsGrain>(IServiceGrain.Key);

    private IInvitesGrain Invites => grains.GetGrain<IInvitesGrain>(IInvitesGrain.Key);

    public async Task<HttpAnswer> CreateCredentialAsync(JsonFields body)
    {
        var scopes = body.OptionalTexts("scopes"u8, ServiceScopes.All.Count, 32) ?? [];
        var prefix = (body.OptionalText("prefix"u8, AccountIds.MaxLength) ?? "").ToLowerInvariant();
        var request = new CreateServiceCredential
        {
            Name = body.Text("name"u8, MaxName, oneLine: true),
            Scopes = scopes,
            Prefix = prefix,
            CallsPerMinute = (int)(body.OptionalNumber("callsPerMinute"u8, 1, MaxCallsPerMinute) ?? DefaultCallsPerMinute),
        };
        if (scopes.Length == 0 || scopes.Except(ServiceScopes.All).Any())
        {
            body.Refuse(ErrorCodes.InvalidArgument, $"scopes: some of {string.Join(", ", ServiceScopes.All)}.");
        }

        // A prefix that no account id can have would be a credential for nothing.
        if (!AccountPrefix.IsOne(prefix))
        {
            body.Refuse(ErrorCodes.InvalidArgument, "prefix: what account ids can begin with.");
        }

        return body.Fault is { } fault ? HttpAnswer.Refused(fault) : Answer(await Credentials.CreateAsync(request), StatusCodes.Status201Created, Write);
    }

    public async Task<HttpAnswer> ListCredentialsAsync()
    {
        var credentials = await Credentials.ListAsync();
        return HttpAnswer.Ok(StatusCodes.Status200OK, json => json.WriteList("credentials"u8, credentials, Write));
    }

    public async Task<HttpAnswer> RotateCredentialAsync(JsonFields body, string credential)
    {
        var overlap = TimeSpan.FromSeconds(body.OptionalNumber("overlapSeconds"u8, 0, MaxOverlap) ?? DayInSeconds);
        if (body.Fault is { } fault)
        {
            return HttpAnswer.Refused(fault);
        }

        var rotated = await Credentials.RotateAsync(credential, overlap);
        return rotated.Refusal is { } refusal ? HttpAnswer.RefusedOfPath(refusal) : HttpAnswer.Ok(StatusCodes.Status200OK, json => Write(json, rotated.Get()));
    }

    public async Task<HttpAnswer> RevokeCredentialAsync(string credential) => HttpAnswer.OfPath(await Credentials.RevokeAsync(credential));

    public async Task<HttpAnswer> CreateInviteAsync(JsonFields body)
    {
        var request = InviteJson.Read(body);
        return body.Fault is { } fault ? HttpAnswer.Refused(fault) : Answer(await Invites.CreateAsync(request), StatusCodes.Status201Created, InviteJson.Write);
    }

    public async Task<HttpAnswer> ListInvitesAsync()
    {
        var invites = await Invites.ListAsync(madeBy: null);
        return HttpAnswer.Ok(StatusCodes.Status200OK, json => json.WriteList("invites"u8, invites, InviteJson.Write));
    }

    public async Task<HttpAnswer> RevokeInviteAsync(string invite) => HttpAnswer.OfPath(await Invites.RevokeAsync(invite, madeBy: null));

    private static HttpAnswer Answer<T>(Outcome<T> outcome, int status, Action<Utf8JsonWriter, T> write) =>
        outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Ok(status, json => write(json, outcome.Get()));

    private static void Write(Utf8JsonWriter json, NewServiceSecret made)
    {
        json.WriteString("secret"u8, made.Secret);
        Write(json, made.Credential);
    }

    private static void Write(Utf8JsonWriter json, ServiceCredentialInfo credential)
    {
        json.WriteString("credential"u8, credential.Id);
        json.WriteString("name"u8, credential.Name);
        json.WriteStartArray("scopes"u8);
        foreach (var scope in credential.Scopes)
        {
            json.WriteStringValue(scope);
        }

        json.WriteEndArray();
        json.WriteOptional("prefix"u8, credential.Prefix.Length == 0 ? null : credential.Prefix);
        json.WriteNumber("callsPerMinute"u8, credential.CallsPerMinute);
        json.WriteTime("createdAt"u8, credential.CreatedAt);
        if (credential.OldSecretEndsAt is { } endsAt)
        {
            json.WriteTime("oldSecretEndsAt"u8, endsAt);
        }
    }
}
