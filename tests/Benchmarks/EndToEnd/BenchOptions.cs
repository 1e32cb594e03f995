using System.Globalization;

namespace OrleansIM.Benchmarks.EndToEnd;

/// <summary>What the command line asks of the end-to-end runner.</summary>
internal sealed class BenchOptions
{
    /// <summary>The default store.</summary>
    public const string Postgres = "postgres";

    /// <summary>The store without a server of its own.</summary>
    public const string Sqlite = "sqlite";

    /// <summary>Names of workloads; empty = all.</summary>
    public List<string> Workloads { get; } = [];

    /// <summary>One short round of each workload.</summary>
    public bool Quick { get; private set; }

    /// <summary>Measured rounds of each side.</summary>
    public int Rounds { get; private set; } = 3;

    /// <summary>Where the figures go as JSON.</summary>
    public string? JsonFile { get; private set; }

    /// <summary>Where CPU profiles of our server go.</summary>
    public string? ProfileFolder { get; private set; }

    /// <summary>The server executable; the one built beside this program if not given.</summary>
    public string Server { get; private set; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../Silo/release/OrleansIM.Silo.dll"));

    /// <summary>Where our server keeps its data: <c>postgres</c> or <c>sqlite</c>.</summary>
    public string Store { get; private set; } = Postgres;

    /// <summary>More settings of our server.</summary>
    public List<string> Settings { get; } = [];

    /// <summary>The only sides to measure, like <c>ours</c>; empty = all.</summary>
    public HashSet<string> Only { get; } = [];

    /// <summary>Whether a sign-in also waits for the presence of all its friends.</summary>
    public bool RequirePresence { get; private set; }

    /// <exception cref="BenchException">The command line is not understood.</exception>
    public static BenchOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new BenchOptions();
        string? rounds = null;
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--quick": options.Quick = true; break;
                case "--require-presence": options.RequirePresence = true; break;
                case "--rounds": rounds = Value(arguments, ref i); break;
                case "--json": options.JsonFile = Path.GetFullPath(Value(arguments, ref i)); break;
                case "--profile": options.ProfileFolder = Path.GetFullPath(Value(arguments, ref i)); break;
                case "--server": options.Server = Path.GetFullPath(Value(arguments, ref i)); break;
                case "--store": options.Store = Value(arguments, ref i); break;
                case "--only": options.Only.UnionWith(Value(arguments, ref i).Split(',')); break;
                case var setting when setting.StartsWith("--", StringComparison.Ordinal) && setting.Contains(':', StringComparison.Ordinal):
                    options.Settings.Add(setting);
                    break;
                case var unknown when unknown.StartsWith('-'):
                    throw new BenchException($"'{unknown}' is not understood. See ./oim help.");
                case var name: options.Workloads.Add(name); break;
            }
        }

        if (options.Store is not (Postgres or Sqlite))
        {
            throw new BenchException($"--store is {Postgres} or {Sqlite}.");
        }

        options.Rounds = rounds is null ? (options.Quick ? 1 : 3) : int.Parse(rounds, CultureInfo.InvariantCulture);
        return options;
    }

    private static string Value(ReadOnlySpan<string> arguments, ref int i) =>
        ++i < arguments.Length ? arguments[i] : throw new BenchException($"{arguments[i - 1]} needs a value.");
}
