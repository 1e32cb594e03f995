using Microsoft.Extensions.Options;
using OrleansIM.Gateway;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Http;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Hosting.Cluster;
using OrleansIM.Protocol;

namespace OrleansIM.Hosting.Admin;

/// <summary>What operators ask of this process, and of the cluster as it sees it.</summary>
internal sealed class NodeAdministration(IServiceProvider services)
{
    // A backend has none.
    private readonly StreamRegistry? _streams = services.GetService<StreamRegistry>();
    private readonly SessionRegistry? _sessions = services.GetService<SessionRegistry>();
    private readonly GatewayOptions? _gateway = services.GetService<GatewayOptions>();

    public HttpAnswer ListMembers()
    {
        var oracle = services.GetRequiredService<ISiloStatusOracle>();
        var self = services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        var isAlone = !services.GetRequiredService<IOptions<NodeOptions>>().Value.Enabled;
        return HttpAnswer.Ok(StatusCodes.Status200OK, json =>
        {
            json.WriteStartArray("members"u8);
            foreach (var (member, status) in oracle.GetApproximateSiloStatuses().OrderBy(pair => pair.Key.ToParsableString(), StringComparer.Ordinal))
            {
                json.WriteStartObject();
                json.WriteString("name"u8, oracle.TryGetSiloName(member, out var name) ? name : "");
                // Of a process that is alone it is only a part of its name: nobody could connect there.
                json.WriteOptional("address"u8, isAlone ? null : member.Endpoint.ToString());
                json.WriteString("status"u8, status.ToString().ToLowerInvariant());
                json.WriteBoolean("self"u8, member.Equals(self));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    public HttpAnswer DescribeDrain() => _streams is null ? HasNoClients : HttpAnswer.Ok(StatusCodes.Status200OK, json =>
    {
        json.WriteBoolean("draining"u8, _streams.IsDraining);
        json.WriteNumber("streams"u8, _streams.Count);
        json.WriteNumber("sessions"u8, _sessions!.Count);
    });

    public HttpAnswer Drain()
    {
        if (_streams is null)
        {
            return HasNoClients;
        }

        if (!_streams.IsDraining)
        {
            _ = _streams.DrainAsync(_gateway!.DrainSpread, services.GetRequiredService<TimeProvider>());
        }

        return DescribeDrain();
    }

    private static HttpAnswer HasNoClients { get; } =
        HttpAnswer.Refused(409, ErrorCodes.Conflict, "This process has no clients: it is a backend. End it with SIGTERM; its accounts go to the others.");
}
