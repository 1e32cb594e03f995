using System.Globalization;

namespace OrleansIM.LoadTest.Measuring;

/// <summary>Memory and processor time of processes, from <c>/proc</c>; nothing on other systems.</summary>
internal static class ProcessWatch
{
    // The kernel counts in hundredths of a second whatever its own timer is.
    private const double Tick = 0.01;

    /// <summary>Resident memory of processes together, in MB; null for none.</summary>
    public static double? MemoryMb(IEnumerable<int> processes)
    {
        double? sum = null;
        foreach (var process in processes)
        {
            if (Read($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/statm") is { } text)
            {
                sum = (sum ?? 0) + (double.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize / 1048576);
            }
        }

        return sum;
    }

    /// <summary>Seconds of processor time that processes have used so far.</summary>
    public static double? Cpu(IEnumerable<int> processes)
    {
        double? sum = null;
        foreach (var process in processes)
        {
            if (Read($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat") is { } text)
            {
                // Counted after the name, which may hold spaces.
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                sum = (sum ?? 0) + ((double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) * Tick);
            }
        }

        return sum;
    }

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
