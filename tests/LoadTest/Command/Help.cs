using System.Globalization;
using System.Text;
using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Command;

/// <summary>What the program says of itself.</summary>
internal static class Help
{
    public static string Text(ScenarioFile scenarios)
    {
        var text = new StringBuilder();
        text.Append(
            """
            ./oim loadtest SCENARIO [--users N] [--seconds S] [--rate R] [--accounts 1,5] [--url URL] [--seed K]
                           [--cluster 2,2] [--chaos] [--json FILE] [--html FILE] [--config FILE] [--Section:Key=value …]
                Puts a server under load and checks that nothing is lost, doubled, out of order or seen by the wrong
                people. Without --url a server of its own is started, or a cluster of so many silos and gateways;
                --chaos kills, freezes and restarts parts of it meanwhile. Exit code: 0, 1 after a fault, 2 when it
                could not be run, 3 when the scenario's own conditions ended it.
            ./oim loadtest capacity SCENARIO --p99 latencyMs=50
                Searches for the highest rate that keeps to these.
            ./oim loadtest compare A.json B.json
                What has changed between two runs.

            Scenarios (docs/loadtest.md):

            """);
        foreach (var name in scenarios.Names)
        {
            var settings = scenarios.Find(name, static found => found);
            text.Append(CultureInfo.InvariantCulture, $"  {name,-16} {settings.About}\n");
        }

        return text.ToString();
    }
}
