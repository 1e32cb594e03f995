using System.Globalization;
using System.Text;

namespace OrleansIM.Crash.Tests.Host;

/// <summary>
/// The process that is killed: silos as the server puts them together (stores, appender, grains), each on a store of its
/// own, without the web in front of them, and writers inside. What it says on its standard output is in the pipe and
/// outlives it: <c>ready</c>; and, after the number of the silo, <c>ack writer number seq id</c> after an answer,
/// <c>saw account seq</c> after a push. It begins to write at <c>go number …</c>, one number per silo and writer, and
/// ends when its standard input does. Its arguments are those of the silos, with <see cref="Next"/> between.
/// </summary>
internal static class CrashHost
{
    /// <summary>What follows is for the next silo.</summary>
    public const string Next = "--next";

    private static readonly Stream s_output = Console.OpenStandardOutput();
    private static readonly Lock s_gate = new();

    public static async Task<int> Main(string[] args)
    {
        var silos = Split(args).Select((settings, number) => new CrashSilo(number, settings)).ToArray();
        await Task.WhenAll(silos.Select(silo => Task.Run(silo.StartAsync)));

        Say("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var numbers = line.Split(' ')[1..].Select(word => long.Parse(word, CultureInfo.InvariantCulture)).ToArray();
            foreach (var (silo, first) in silos.Zip(numbers.Chunk(CrashWriter.Count)))
            {
                silo.Begin(first);
            }
        }

        // Whoever started it is gone; nobody is interested in an orderly end.
        return 0;
    }

    /// <summary>One write to the pipe: it is there as a whole, or not at all.</summary>
    public static void Say(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        lock (s_gate)
        {
            s_output.Write(bytes);
            s_output.Flush();
        }
    }

    private static List<string[]> Split(string[] args)
    {
        var parts = new List<string[]>();
        for (var rest = args; ;)
        {
            var end = Array.IndexOf(rest, Next);
            if (end < 0)
            {
                parts.Add(rest);
                return parts;
            }

            parts.Add(rest[..end]);
            rest = rest[(end + 1)..];
        }
    }
}
