using System.Globalization;

namespace OrleansIM.Clusters;

/// <summary>What <c>./oim cluster</c> was asked for.</summary>
internal static class ClusterArguments
{
    // ./oim reads these two lines, too: it refuses what is beyond before it builds.
    private const int MostNodes = 20;
    private const int LastPort = 64999;

    /// <summary>Reads <c>--silos N --gateways N --port N --logs FOLDER --Section:Key=value</c>. Answers what is wrong, or null.</summary>
    public static string? TryParse(string[] args, out LocalClusterOptions options)
    {
        options = new LocalClusterOptions { Silos = 3, Gateways = 2, FirstGatewayPort = 5080 };
        var settings = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            var arg = args[i];
            if (arg.StartsWith("--", StringComparison.Ordinal) && arg.Contains(':', StringComparison.Ordinal) && arg.Contains('=', StringComparison.Ordinal))
            {
                settings.Add(arg[2..]);
                continue;
            }

            var (name, value) = arg.Split('=', 2) is [var left, var right] ? (left, right) : (arg, i + 1 < args.Length ? args[++i] : "");
            switch (name)
            {
                case "--silos" when Count(value) is { } silos:
                    options = options with { Silos = silos };
                    break;
                case "--gateways" when Count(value) is { } gateways:
                    options = options with { Gateways = gateways };
                    break;
                case "--port" when int.TryParse(value, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= LastPort:
                    options = options with { FirstGatewayPort = port };
                    break;
                case "--logs" when value.Length > 0:
                    options = options with { LogFolder = value };
                    break;
                default:
                    return $"'{arg} {value}' is not understood. There are --silos N, --gateways N (1 to {MostNodes}), --port N (to {LastPort}), --logs FOLDER and settings like --Section:Key=value.";
            }
        }

        options = options with { Settings = settings };
        return null;
    }

    private static int? Count(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= MostNodes ? count : null;
}
