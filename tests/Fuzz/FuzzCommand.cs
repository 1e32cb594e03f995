using System.Globalization;
using OrleansIM.Fuzz.Engine;
using OrleansIM.Fuzz.Targets;

namespace OrleansIM.Fuzz;

/// <summary><c>./oim fuzz</c>.</summary>
internal static class FuzzCommand
{
    private static readonly string[] s_options = ["--seconds", "--inputs", "--seed"];
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(60);

    /// <returns>0: nothing found; 1: something; 2: not understood.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken stop = default)
    {
        if (args.Length == 0)
        {
            List(output);
            return 0;
        }

        var (targets, options) = (new List<FuzzTarget>(), new FuzzOptions { Time = s_usual });
        for (var i = 0; i < args.Length; i++)
        {
            if (Read(options, args[i], args.ElementAtOrDefault(i + 1)) is { } read)
            {
                (options, i) = (read, i + 1);
            }
            else if (args[i] == "all")
            {
                targets.AddRange(TargetTable.CreateAll());
            }
            else if (TargetTable.Create(args[i]) is { } target)
            {
                targets.Add(target);
            }
            else if (s_options.Contains(args[i]))
            {
                var given = args.ElementAtOrDefault(i + 1);
                await errors.WriteLineAsync($"fuzz: {args[i]} needs a whole number, such as {args[i]} 60{(given is null ? "." : $", not '{given}'.")}");
                return 2;
            }
            else
            {
                await errors.WriteLineAsync($"fuzz: '{args[i]}' is not understood. ./oim fuzz lists the targets; options are --seconds N, --inputs N, --seed K.");
                return 2;
            }
        }

        var isClean = true;
        foreach (var target in targets.TakeWhile(_ => !stop.IsCancellationRequested))
        {
            isClean &= await RunAsync(target, options, output, stop);
        }

        return isClean ? 0 : 1;
    }

    private static FuzzOptions? Read(FuzzOptions options, string name, string? value) =>
        !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? null : name switch
        {
            "--seconds" => options with { Time = TimeSpan.FromSeconds(number) },
            "--inputs" => options with { Inputs = number, Time = options.Time == s_usual ? TimeSpan.MaxValue : options.Time },
            "--seed" => options with { Seed = (int)number },
            _ => null,
        };

    private static void List(TextWriter output)
    {
        foreach (var target in TargetTable.CreateAll())
        {
            output.WriteLine($"{target.Name,-16}{target.About}");
        }

        output.WriteLine("all             all of them, one after the other");
    }

    private static async Task<bool> RunAsync(FuzzTarget target, FuzzOptions options, TextWriter output, CancellationToken stop)
    {
        var last = Path.Combine(Corpus.Folder, "..", "..", "artifacts", "fuzz", target.Name);
        if (LastInput.Left(last) is { } left)
        {
            var file = Corpus.Keep(target.Name, new Finding("ended the process", "", left));
            await output.WriteLineAsync($"The last run did not end. What it was at is tried first now: {file}");
        }

        await target.StartAsync();
        var report = await new Fuzzer(target, options with { LastInputFile = last }).RunAsync(stop);
        foreach (var finding in report.Findings)
        {
            await output.WriteLineAsync($"-- {finding.Kind}");
            await output.WriteLineAsync(string.Join('\n', finding.Details.Split('\n').Take(12)));
            await output.WriteLineAsync(finding.Input.Length > 0 ? $"   kept as {Path.GetRelativePath(".", Corpus.Keep(target.Name, finding))}" : "");
        }

        await output.WriteLineAsync(report.ToString());
        await target.DisposeAsync();
        return report.Findings.Count == 0;
    }
}
