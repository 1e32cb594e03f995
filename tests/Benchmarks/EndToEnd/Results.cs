namespace OrleansIM.Benchmarks.EndToEnd;

/// <summary>What the rounds of one workload gave.</summary>
internal sealed class Results(Workload workload, string store)
{
    private readonly Dictionary<string, List<Dictionary<string, double>>> _rounds = [];

    /// <summary>Why sides are missing, by their name.</summary>
    public Dictionary<string, string> Failures { get; } = [];

    public Workload Workload => workload;

    /// <summary>Where our server kept its data.</summary>
    public string Store => store;

    public void Add(string side, Dictionary<string, double> round)
    {
        if (!_rounds.TryGetValue(side, out var rounds))
        {
            _rounds[side] = rounds = [];
        }

        rounds.Add(round);
    }

    /// <summary>The table's rows.</summary>
    public IEnumerable<Row> Rows() => workload.Figures.Select(figure =>
    {
        var ours = Value(new Beside(SideSpec.Ours, figure.Key));
        var peer = Value(figure.Peer);
        var limit = Value(figure.Limit);
        return new Row(figure, ours, peer, limit, Ratio(figure, ours, peer), Ratio(figure, ours, limit));
    });

    /// <summary>The largest share of the machine that other processes took in a round, by side.</summary>
    public IReadOnlyDictionary<string, double> Foreign() => _rounds
        .Where(side => side.Value.Exists(round => round.ContainsKey("foreign")))
        .ToDictionary(side => side.Key, side => side.Value.Max(round => round.GetValueOrDefault("foreign")));

    private Value? Value(Beside? beside)
    {
        if (beside is null || Failures.ContainsKey(beside.Side) || !_rounds.TryGetValue(beside.Side, out var rounds))
        {
            return null;
        }

        var values = rounds.Where(round => round.ContainsKey(beside.Key)).Select(round => round[beside.Key] * beside.Factor).Where(double.IsFinite).Order().ToArray();
        if (values.Length == 0)
        {
            return null;
        }

        var middle = values.Length / 2;
        var median = values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
        return new Value(median, median == 0 ? 0 : (values[^1] - values[0]) / median);
    }

    private static double? Ratio(Figure figure, Value? ours, Value? other) => (ours?.Median, other?.Median) switch
    {
        ( > 0 and var mine, > 0 and var theirs) => figure.Better == Better.Higher ? mine / theirs : theirs / mine,
        _ => null,
    };
}

/// <summary>The median of the rounds, and how far they lie apart as a share of it.</summary>
internal sealed record Value(double Median, double Spread);

/// <summary>A figure with its values. A ratio over 1 is better for us.</summary>
internal sealed record Row(Figure Figure, Value? Ours, Value? Peer, Value? Limit, double? RatioToPeer, double? RatioToLimit);
