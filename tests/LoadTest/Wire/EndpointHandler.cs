namespace OrleansIM.LoadTest.Wire;

/// <summary>HTTP calls to one gateway or another; one that cannot be reached is passed over once.</summary>
internal sealed class EndpointHandler(Endpoints endpoints) : DelegatingHandler(new SocketsHttpHandler
{
    ConnectTimeout = TimeSpan.FromSeconds(5),
    PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
    MaxConnectionsPerServer = 256,
})
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        for (var attempt = 1; ; attempt++)
        {
            var index = endpoints.Pick();
            request.RequestUri = endpoints.At(index, address);
            try
            {
                var answer = await base.SendAsync(request, cancellationToken);
                endpoints.Heard();
                return answer;
            }
            catch (HttpRequestException)
            {
                endpoints.Avoid(index);
                if (attempt >= endpoints.All.Count)
                {
                    throw;
                }
            }
        }
    }
}
