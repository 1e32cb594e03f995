using System.Globalization;
using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Command;

/// <summary>What the command line asks for.</summary>
internal sealed class LoadTestOptions
{
    // Whatever was broken last is whole again by then: sessions of a gateway that died count until their lease of two minutes is over.
    private const double PatienceWithChaos = 180;

    /// <summary>The scenario's name; null when none was given.</summary>
    public string? Scenario { get; private set; }

    /// <summary>Whether the highest rate is searched for.</summary>
    public bool IsCapacity { get; private set; }

    public int? Users { get; private set; }

    public double? Seconds { get; private set; }

    public double? Rate { get; private set; }

    public IReadOnlyList<int>? Accounts { get; private set; }

    /// <summary>The gateways of a server that is there; none for one of one's own.</summary>
    public IReadOnlyList<Uri> Gateways { get; private set; } = [];

    /// <summary>What decides everything that is left to chance.</summary>
    public int Seed { get; private set; } = 1;

    public bool Chaos { get; private set; }

    /// <summary>Silos and gateways of a local cluster; null where nothing was said, none for one process.</summary>
    public (int Silos, int Gateways)? Cluster { get; private set; }

    public string? JsonFile { get; private set; }

    public string? HtmlFile { get; private set; }

    public string? ConfigFile { get; private set; }

    /// <summary>Limits of a search for the highest rate.</summary>
    public Dictionary<string, double> P99 { get; } = [];

    /// <summary>Settings of a server of one's own.</summary>
    public Dictionary<string, string> ServerSettings { get; } = [];

    /// <exception cref="UsageException">The command line is not understood.</exception>
    public static LoadTestOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new LoadTestOptions();
        var reader = new ArgumentReader(arguments);
        while (reader.Next() is { } argument)
        {
            options.Take(argument, reader);
        }

        options.Check();
        return options;
    }

    /// <summary>What the command line says, laid over a scenario.</summary>
    public ScenarioSettings LaidOver(ScenarioSettings settings)
    {
        var server = new Dictionary<string, string>(settings.Server);
        foreach (var (name, value) in ServerSettings)
        {
            server[name] = value;
        }

        return settings with
        {
            Users = Users ?? settings.Users,
            Seconds = Seconds ?? settings.Seconds,
            Rate = Rate ?? settings.Rate,
            Profile = Rate is null ? settings.Profile : null,
            Accounts = Accounts ?? settings.Accounts,
            WarmUp = Seconds is { } seconds ? Math.Min(settings.WarmUp, seconds / 4) : settings.WarmUp,
            Ramp = Seconds is { } whole ? Math.Min(settings.Ramp, whole / 4) : settings.Ramp,
            Server = server,
            Patience = Chaos ? Math.Max(settings.Patience, PatienceWithChaos) : settings.Patience,
            Capacity = settings.Capacity with
            {
                P99 = P99.Count > 0 ? P99 : settings.Capacity.P99,
                StepSeconds = Seconds ?? settings.Capacity.StepSeconds,
                From = Rate ?? settings.Capacity.From,
            },
        };
    }

    private void Take(string argument, ArgumentReader reader)
    {
        switch (argument)
        {
            case "--users": Users = reader.Whole(2); break;
            case "--seconds": Seconds = reader.Number(); break;
            case "--rate": Rate = reader.Number(); break;
            case "--accounts": Accounts = [.. reader.Value().Split(',').Select(reader.Whole)]; break;
            case "--url": Gateways = [.. reader.Value().Split(',').Select(reader.Address)]; break;
            case "--seed": Seed = reader.Whole(0); break;
            case "--chaos": Chaos = true; break;
            case "--cluster": TakeCluster(reader.Value()); break;
            case "--json": JsonFile = reader.File(); break;
            case "--html": HtmlFile = reader.File(); break;
            case "--config": ConfigFile = reader.File(); break;
            case "--p99": TakeLimit(reader); break;
            case var setting when setting.StartsWith("--", StringComparison.Ordinal) && setting.Contains(':', StringComparison.Ordinal):
                TakeSetting(setting);
                break;
            case var unknown when unknown.StartsWith('-'):
                throw new UsageException($"'{unknown}' is not understood. See ./oim help.");
            case "capacity" when !IsCapacity && Scenario is null: IsCapacity = true; break;
            case var name when Scenario is null: Scenario = name; break;
            case var second: throw new UsageException($"One scenario at a time: '{Scenario}' or '{second}'.");
        }
    }

    private void TakeLimit(ArgumentReader reader)
    {
        if (reader.Value().Split('=') is not [var name, var text]
            || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var limit) || limit <= 0)
        {
            throw new UsageException($"--p99 is a time and its limit in milliseconds, like latencyMs=50. There is {string.Join(", ", SettingsRules.Times)}.");
        }

        P99[name] = limit;
    }

    private void TakeCluster(string text)
    {
        if (text == "none")
        {
            Cluster = (0, 0);
        }
        else if (text.Split(',') is [var silos, var gateways] && int.TryParse(silos, NumberStyles.None, CultureInfo.InvariantCulture, out var one)
            && int.TryParse(gateways, NumberStyles.None, CultureInfo.InvariantCulture, out var other) && one is > 0 and <= 16 && other is > 0 and <= 16)
        {
            Cluster = (one, other);
        }
        else
        {
            throw new UsageException($"--cluster is how many silos and gateways, 1 to 16 each, like 2,2; or none. Not '{text}'.");
        }
    }

    private void TakeSetting(string setting)
    {
        if (setting.IndexOf('=') is var at && at < 0)
        {
            throw new UsageException($"'{setting}': settings of the server look like --Section:Key=value.");
        }

        ServerSettings[setting[2..at]] = setting[(at + 1)..];
    }

    private void Check()
    {
        if (Gateways.Count > 0 && (Chaos || Cluster is not null || ServerSettings.Count > 0))
        {
            throw new UsageException($"{(Chaos ? "--chaos" : Cluster is not null ? "--cluster" : "--Section:Key=value")} is for a server of its own; leave --url out.");
        }

        if (IsCapacity && Chaos)
        {
            throw new UsageException("capacity is searched for while nothing breaks; leave --chaos out.");
        }

        if (!IsCapacity && P99.Count > 0)
        {
            throw new UsageException("--p99 is for capacity: ./oim loadtest capacity SCENARIO --p99 latencyMs=50. To end a run over a p99 see \"stop\" in docs/loadtest.md.");
        }
    }
}
