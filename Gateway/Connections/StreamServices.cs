using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using OrleansIM.Audit;
using OrleansIM.Gateway.Http;
using OrleansIM.Gateway.Ops;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Gateway.Tokens;

namespace OrleansIM.Gateway.Connections;

/// <summary>What every stream of this gateway shares.</summary>
internal sealed record StreamServices(
    SessionServices Sessions, ITokenService Tokens, GatewayOptions Options, StreamMetrics Metrics, SignInMetrics Limited, AccountRates Rates, ReceiveBudget Receive, ObjectPool<OpRequest> Requests, SecurityAudit Audit,
    TimeProvider Time, ILogger<StreamConnection> Logger);
