using System.Globalization;
using System.Text;
using OrleansIM.LoadTest.Measuring;

namespace OrleansIM.LoadTest.Reporting;

/// <summary>A result for the terminal.</summary>
internal static class TextReport
{
    public static string Of(RunResult result)
    {
        var text = new StringBuilder("\n");
        text.Append(CultureInfo.InvariantCulture, $"{result.Scenario}, seed {result.Seed}: {result.Users} people, {result.Accounts} accounts, {result.Seconds:0.#} s");
        text.Append(result.Stopped is { } why ? $", stopped: {why}\n" : "\n");
        AppendCounts(text, result);
        text.Append("  times in ms          count       p50       p90       p99     p99.9       max\n");
        foreach (var (name, figures) in result.Times)
        {
            AppendTimes(text, Words(name), figures);
        }

        foreach (var (accounts, figures) in result.SignInByAccountsMs.Where(_ => result.SignInByAccountsMs.Count > 1))
        {
            AppendTimes(text, $" {accounts} account{(accounts == "1" ? "" : "s")}", figures);
        }

        if (result.Memory is { } memory)
        {
            text.Append(CultureInfo.InvariantCulture, $"  server     {memory.Start:0} to {memory.End:0} MB, most {memory.Max:0}");
            text.Append(memory.SlopePerHour is { } slope ? string.Create(CultureInfo.InvariantCulture, $", rising by {slope:0.#} MB an hour") : "");
            text.Append(CultureInfo.InvariantCulture, $"; {result.ServerCores:0.##} processors, this program {result.ClientCores:0.##}\n");
        }

        if (result.Capacity is { } capacity)
        {
            text.Append(CultureInfo.InvariantCulture, $"  capacity   {capacity.Rate}/s with {string.Join(", ", capacity.Limits.Select(limit => $"{limit.Key} p99 {limit.Value}"))}\n");
        }

        if (result.Errors.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  errors     {string.Join(", ", result.Errors.Select(error => $"{error.Key} {error.Value}"))}\n");
        }

        AppendVerdict(text, result);
        return text.ToString();
    }

    /// <summary>A time in words.</summary>
    public static string Words(string name) => name switch
    {
        "latencyMs" => "message delivered",
        "ackMs" => "message stored",
        "signInMs" => "sign-in",
        "resumeMs" => "resume",
        "presenceMs" => "presence seen",
        "mailMs" => "mail seen",
        _ => name,
    };

    private static void AppendCounts(StringBuilder text, RunResult result)
    {
        if (result.Sent > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  messages   {result.Sent} sent, {result.Acknowledged} acknowledged ({result.PerSecond.Acknowledged}/s), {result.Delivered} delivered");
            text.Append(result.Unsure + result.Refused > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {result.Unsure} unsure, {result.Refused} refused\n") : "\n");
        }

        if (result.SignIns + result.Reconnects > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  sessions   {result.SignIns} sign-ins ({result.PerSecond.SignIns}/s), {result.Reconnects} reconnects\n");
        }

        if (result.PresenceChanges > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  presence   {result.PresenceChanges} changes\n");
        }

        if (result.MailsDelivered > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  mails      {result.MailsDelivered} delivered, {result.MailsSeen} seen\n");
        }
    }

    private static void AppendVerdict(StringBuilder text, RunResult result)
    {
        text.Append("  faults     ").AppendJoin(", ", result.FaultCounts.Select(fault => string.Create(CultureInfo.InvariantCulture, $"{fault.Name} {fault.Count}"))).Append('\n');
        foreach (var (name, examples) in result.Examples)
        {
            foreach (var example in examples)
            {
                text.Append(CultureInfo.InvariantCulture, $"    {name}: {example}\n");
            }
        }

        text.Append(result.VerifiedEntries is { } entries
            ? string.Create(CultureInfo.InvariantCulture, $"  {(result.Faults == 0 ? "CORRECT" : "FAULTY")}: {entries} entries of {result.Accounts} logs were read and compared\n")
            : $"  {(result.Faults == 0 ? "UNKNOWN" : "FAULTY")}: without a server no log could be read and compared\n");
    }

    private static void AppendTimes(StringBuilder text, string name, LatencyFigures times) => text.Append(
        CultureInfo.InvariantCulture,
        $"    {name,-17}{times.Count,9}{times.P50,10:0.00}{times.P90,10:0.00}{times.P99,10:0.00}{times.P999,10:0.00}{times.Max,10:0.00}\n");
}
