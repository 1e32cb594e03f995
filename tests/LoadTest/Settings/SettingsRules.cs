using System.Globalization;
using OrleansIM.LoadTest.Checking;
using OrleansIM.LoadTest.Measuring;

namespace OrleansIM.LoadTest.Settings;

/// <summary>What settings can be.</summary>
internal static class SettingsRules
{
    private const int MostAccounts = 64;
    private const int LongestBody = 16 * 1024;

    /// <summary>What a mix can hold.</summary>
    public static IReadOnlyList<string> Actions { get; } = ["message", "read", "presence", "reconnect", "signIn", "link"];

    /// <summary>The names of times that can be limited.</summary>
    public static IReadOnlyList<string> Times { get; } = [.. new Meters().All.Select(meter => meter.Name)];

    /// <summary>Everything that is wrong, each with the setting's name and what it can be.</summary>
    public static IReadOnlyList<string> Mistakes(ScenarioSettings settings)
    {
        var wrong = new List<string>();
        Between("users", settings.Users, 2, 100_000);
        Check(settings.Accounts.Count > 0 && settings.Accounts.All(count => count is >= 1 and <= MostAccounts), $"accounts: one or more numbers from 1 to {MostAccounts}");
        Between("friends", settings.Friends, 0, 1_000);
        Between("sideSessions", settings.SideSessions, 0, 1);
        Between("seconds", settings.Seconds, 0.1, 1_000_000);
        Between("rate", settings.Rate, 0, 1_000_000);
        Between("ramp", settings.Ramp, 0, 1_000_000);
        Between("warmUp", settings.WarmUp, 0, settings.Seconds);
        Check(settings.Arrivals is "poisson" or "even", "arrivals: poisson or even");
        Check(settings.Think is [>= 0, var most] && most >= settings.Think[0], "think: two times in seconds, the second not below the first, like [0.5, 2]");
        Between("bodyBytes", settings.BodyBytes, MessageMark.ShortestBody, LongestBody);
        Check(settings.SignIn is "token" or "password", "signIn: token or password");
        Check(settings.Mix.Keys.All(Actions.Contains), $"mix: holds {string.Join(", ", Actions)}; not {string.Join(", ", settings.Mix.Keys.Except(Actions))}");
        Check(settings.Mix.Values.All(weight => weight >= 0) && (settings.Mix.Count == 0 || settings.Mix.Values.Sum() > 0), "mix: weights of at least 0, and one above");
        Between("stormEvery", settings.StormEvery, 0.5, 100_000);
        Between("stormShare", settings.StormShare, 0, 1);
        Between("patience", settings.Patience, 1, 3_600);
        CheckProfile(settings.Profile, wrong);
        CheckLimits("stop.p99", settings.Stop.P99, wrong);
        CheckLimits("capacity.p99", settings.Capacity.P99, wrong);
        Between("capacity.from", settings.Capacity.From, 1, 1_000_000);
        Between("capacity.to", settings.Capacity.To, settings.Capacity.From, 1_000_000);
        Between("capacity.stepSeconds", settings.Capacity.StepSeconds, 1, 3_600);
        Between("capacity.precision", settings.Capacity.Precision, 1.01, 2);
        return wrong;

        void Check(bool isRight, string mistake)
        {
            if (!isRight)
            {
                wrong.Add(mistake);
            }
        }

        void Between(string name, double value, double least, double most) =>
            Check(value >= least && value <= most, string.Create(CultureInfo.InvariantCulture, $"{name}: from {least} to {most}, not {value}"));
    }

    private static void CheckProfile(IReadOnlyList<IReadOnlyList<double>>? profile, List<string> wrong)
    {
        if (profile is null)
        {
            return;
        }

        var isRight = profile.Count > 0 && profile.All(point => point is [>= 0, >= 0]);
        for (var i = 1; i < profile.Count && isRight; i++)
        {
            isRight = profile[i][0] >= profile[i - 1][0];
        }

        if (!isRight)
        {
            wrong.Add("profile: pairs of second and rate, in the order of the seconds, like [[0, 0], [30, 200]]");
        }
    }

    private static void CheckLimits(string name, IReadOnlyDictionary<string, double> limits, List<string> wrong)
    {
        if (limits.Keys.Except(Times).ToArray() is { Length: > 0 } unknown)
        {
            wrong.Add($"{name}: there is no {string.Join(", ", unknown)}; there is {string.Join(", ", Times)}");
        }

        if (limits.Values.Any(limit => limit <= 0))
        {
            wrong.Add($"{name}: milliseconds above 0");
        }
    }
}
