using System.Globalization;
using System.Text;
using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Command;

/// <summary>What the program says of itself: the same as <c>./oim help loadtest</c>, and the scenarios.</summary>
internal static class Help
{
    public static string Text(ScenarioFile scenarios)
    {
        var text = new StringBuilder();
        text.Append(
            """
            ./oim loadtest
                Lists the scenarios.
            ./oim loadtest SCENARIO [--engine orleans|solo] [--users N] [--seconds S] [--rate R] [--accounts 1,5] [--url URL]
                            [--seed K] [--cluster 2,2] [--chaos] [--json FILE] [--html FILE] [--config FILE] [--Section:Key=value …]
                Puts a server under load and checks that nothing is lost, doubled, out of order or seen by the wrong people. Without
                --url it starts a server of its own, or a cluster of so many silos and gateways; --chaos kills, freezes and restarts
                parts of it meanwhile (docs/loadtest.md). Exit code: 0, 1 after a fault, 2 when it could not be run or its server was
                gone, 3 when the scenario's own conditions ended it.
            ./oim loadtest capacity SCENARIO --p99 latencyMs=50
                The highest rate that keeps to that.
            ./oim loadtest compare A.json B.json
                What has changed between two runs.

            Without --engine this clone's own choice holds: Orleans where its packages can be restored, else Solo.

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
