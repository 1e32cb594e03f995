using System.Globalization;

namespace OrleansIM.Benchmarks.EndToEnd.Measuring;

/// <summary>What the kernel says about processes. Linux only, as the peers are.</summary>
internal static class ProcessTimes
{
    /// <summary>The kernel counts in hundredths of a second whatever its own timer is.</summary>
    private const double Tick = 0.01;

    /// <summary>Seconds of CPU of a process, user and system.</summary>
    public static double Cpu(int pid)
    {
        try
        {
            // Fields 14 and 15, counted after the name, which may hold spaces.
            var fields = AfterName(pid);
            return (Number(fields[11]) + Number(fields[12])) * Tick;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>
    /// Seconds of CPU of a process and its children, those that have ended included (PostgreSQL's backends).
    /// </summary>
    public static double CpuOfTree(int pid)
    {
        var sum = 0.0;
        foreach (var member in Directory.EnumerateDirectories("/proc").Select(Path.GetFileName))
        {
            if (!int.TryParse(member, CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }

            try
            {
                var fields = AfterName(id);
                if (id == pid)
                {
                    sum += (Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14])) * Tick;
                }
                else if (Number(fields[1]) == pid)
                {
                    sum += (Number(fields[11]) + Number(fields[12])) * Tick;
                }
            }
            catch (IOException)
            {
                // Gone meanwhile.
            }
        }

        return sum;
    }

    /// <summary>Seconds in which the machine's processors were busy, all processes together.</summary>
    public static double Machine()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // user nice system - - irq softirq; a guest's time is in user's.
        return (Number(fields[1]) + Number(fields[2]) + Number(fields[3]) + Number(fields[6]) + Number(fields[7])) * Tick;
    }

    /// <summary>Resident memory of a process in bytes.</summary>
    public static long Memory(int pid)
    {
        var line = File.ReadLines($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return (long)Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    /// <summary>Sockets that a process has open.</summary>
    public static int Sockets(int pid) => Directory
        .EnumerateFiles($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/fd")
        .Count(static file => Target(file)?.StartsWith("socket:", StringComparison.Ordinal) is true);

    private static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string[] AfterName(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
