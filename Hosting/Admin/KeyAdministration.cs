using OrleansIM.Gateway;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Http;
using OrleansIM.Keys;
using OrleansIM.Protocol;

namespace OrleansIM.Hosting.Admin;

/// <summary>What operators do with the keys that tokens and stored secrets are sealed with.</summary>
internal sealed class KeyAdministration(IGrainFactory grains, IConfiguration configuration)
{
    private IKeyRotationGrain Keys => grains.GetGrain<IKeyRotationGrain>(IKeyRotationGrain.Key);

    public async Task<HttpAnswer> DescribeAsync() => Answer(await Keys.DescribeAsync());

    public async Task<HttpAnswer> RotateAsync() => Answer(await Keys.RotateAsync());

    public async Task<HttpAnswer> RetireAsync(HttpContext http)
    {
        // A backend without clients has no options of the gateway; their tokens are meant all the same.
        var lifetime = configuration.GetValue("Gateway:" + nameof(GatewayOptions.TokenLifetime), new GatewayOptions().TokenLifetime);
        return (string?)http.Request.Query["force"] is not (null or "true" or "false")
            ? HttpAnswer.Refused(new Refusal(ErrorCodes.InvalidArgument, "force: true or false."))
            : Answer(await Keys.RetireAsync(lifetime, http.Request.Query["force"] == "true"));
    }

    private static HttpAnswer Answer(Outcome<KeyRotation> outcome) => outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : Answer(outcome.Get());

    private static HttpAnswer Answer(KeyRotation rotation) => HttpAnswer.Ok(StatusCodes.Status200OK, json =>
    {
        json.WriteString("state"u8, rotation switch
        {
            { KeyId: null } => "none",
            { FinishedAt: not null } => "sealed",
            _ => "sealing",
        });
        if (rotation.KeyId is { } key)
        {
            json.WriteString("key"u8, key);
            json.WriteTime("startedAt"u8, rotation.StartedAt!.Value);
            json.WriteTime("activeAt"u8, rotation.ActiveAt!.Value);
        }

        if (rotation.FinishedAt is { } finished)
        {
            json.WriteTime("finishedAt"u8, finished);
        }

        json.WriteNumber("secrets"u8, rotation.Done);
        json.WriteNumber("unreadable"u8, rotation.Unreadable);
        json.WriteNumber("oldKeys"u8, rotation.OldKeys);
    });
}
