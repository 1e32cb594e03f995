namespace OrleansIM.Hosting.Tls;

/// <summary>What the settings of the web server say about https.</summary>
internal static class EdgeAddresses
{
    /// <summary>Where the gateway listens, as far as it is in the settings.</summary>
    public static IEnumerable<string> All(IConfiguration configuration) => Given(configuration).Select(static given => given.Url);

    /// <summary>The same, with the settings that say so.</summary>
    public static IEnumerable<(string Setting, string Url)> Given(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Select(endpoint => (Setting: $"{endpoint.Path}:Url", Url: endpoint["Url"]!)).Where(endpoint => endpoint.Url is not null).ToArray();
        var urls = Of("urls", url => url);
        // Endpoints of the section win over `urls`, and those over the ports that a container is told (ASPNETCORE_HTTP_PORTS).
        return endpoints.Length > 0 ? endpoints
            : urls.Length > 0 ? urls
            : [.. Of("http_ports", port => $"http://*:{port}"), .. Of("https_ports", port => $"https://*:{port}")];

        (string Setting, string Url)[] Of(string setting, Func<string, string> url) => [.. Split(configuration[setting]).Select(one => (setting, url(one)))];
    }

    private static string[] Split(string? list) => (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static bool HasHttps(IConfiguration configuration) =>
        All(configuration).Any(url => url.StartsWith("https://", StringComparison.OrdinalIgnoreCase)) || configuration["https_ports"] is { Length: > 0 };

    /// <summary>Whether the section <c>Kestrel</c> brings a certificate of its own.</summary>
    public static bool HasCertificate(IConfiguration configuration) =>
        configuration.GetSection("Kestrel:Certificates:Default").GetChildren().Any()
        || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any(endpoint => endpoint.GetSection("Certificate").GetChildren().Any() || endpoint.GetSection("Sni").GetChildren().Any());
}
