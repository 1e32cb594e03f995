using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansIM.LoadTest.Measuring;
using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Reporting;

/// <summary>A result as one page that needs nothing beside itself.</summary>
internal sealed class HtmlReport(RunResult result, ScenarioSettings settings)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly StringBuilder _html = new();

    public string Text()
    {
        _html.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{Encode(result.Scenario)} · OrleansIM load test</title>\n<style>\n{Style()}</style></head><body><main>\n");
        AppendHead();
        AppendTiles();
        AppendFaults();
        AppendTimes();
        AppendMarks();
        _html.Append("<h2>Over time</h2>\n<div class=\"charts\">\n");
        foreach (var chart in new ReportCharts(result).All().Where(chart => !chart.IsEmpty))
        {
            chart.AppendTo(_html);
        }

        _html.Append("</div>\n");
        AppendSettings();
        _html.Append("</main></body></html>\n");
        return _html.ToString();
    }

    private static string Style()
    {
        using var reader = new StreamReader(typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!);
        return reader.ReadToEnd();
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Number(double? number) => number is not { } known ? "–"
        : known >= 1000 ? known.ToString("#,0", CultureInfo.InvariantCulture) : known.ToString("0.##", CultureInfo.InvariantCulture);

    private void AppendHead()
    {
        var isGood = result.Faults == 0 && result.VerifiedEntries is not null;
        var verdict = isGood ? "✓ nothing lost, doubled, out of order or leaked"
            : result.Faults == 0 ? "? without a server no log could be read and compared"
            : $"✗ {Number(result.Faults)} fault{(result.Faults == 1 ? "" : "s")}";
        _html.Append(
            CultureInfo.InvariantCulture,
            $"""
            <header><div><h1>{Encode(result.Scenario)}</h1>
            <p class="soft">{Encode(settings.About ?? "")}</p>
            <p class="soft">{Number(result.Users)} people with {Number(result.Accounts)} accounts · {result.Seconds:0.#} s · seed {result.Seed} · {Encode(result.Server)} · {result.StartedAt:yyyy-MM-dd HH:mm} UTC</p>
            {(result.Stopped is { } why ? $"<p><b>Stopped early:</b> {Encode(why)}</p>" : "")}</div>
            <div class="verdict {(isGood ? "good" : "bad")}">{verdict}</div></header>

            """);
    }

    private void AppendTiles()
    {
        _html.Append("<div class=\"tiles\">");
        if (result.Capacity is { } capacity)
        {
            Tile(Number(capacity.Rate) + "/s", "capacity");
        }

        if (result.Sent > 0)
        {
            Tile(Number(result.Acknowledged), $"messages stored of {Number(result.Sent)} sent");
            Tile(Number(result.PerSecond.Acknowledged) + "/s", "messages, in the mean");
        }

        if (result.SignIns > 0)
        {
            Tile(Number(result.SignIns), $"sign-ins, {Number(result.PerSecond.SignIns)}/s");
        }

        if (result.PresenceChanges > 0)
        {
            Tile(Number(result.PresenceChanges), "changes of presence");
        }

        if (result.MailsDelivered > 0)
        {
            Tile(Number(result.MailsSeen), $"mails seen of {Number(result.MailsDelivered)} delivered");
        }

        if (result.Reconnects > 0)
        {
            Tile(Number(result.Reconnects), "reconnects");
        }

        foreach (var (name, figures) in result.Times.Where(time => time.Name != "ackMs"))
        {
            Tile(Number(figures.P99) + " ms", TextReport.Words(name) + ", p99");
        }

        if (result.Memory is { } memory)
        {
            Tile(Number(memory.Max) + " MB", memory.SlopePerHour is { } slope ? $"server memory, {slope.ToString("+0.#;-0.#;0", CultureInfo.InvariantCulture)} MB an hour" : "server memory, most");
        }

        _html.Append("</div>\n");

        void Tile(string figure, string words) => _html.Append(CultureInfo.InvariantCulture, $"<div class=\"tile\"><b>{Encode(figure).Replace(" ", "&nbsp;<small>", StringComparison.Ordinal)}{(figure.Contains(' ', StringComparison.Ordinal) ? "</small>" : "")}</b><span>{Encode(words)}</span></div>");
    }

    private void AppendFaults()
    {
        _html.Append(CultureInfo.InvariantCulture, $"<h2>Correctness <span class=\"soft\">· {Number(result.VerifiedEntries)} entries of {Number(result.Accounts)} logs read and compared</span></h2>\n<div class=\"faults\">");
        foreach (var (name, count) in result.FaultCounts)
        {
            _html.Append(CultureInfo.InvariantCulture, $"<div class=\"{(count == 0 ? "good" : "bad")}\"><b>{Number(count)}</b>{name}</div>");
        }

        _html.Append("</div>\n");
        if (result.Examples.Count > 0)
        {
            _html.Append("<div class=\"card\" style=\"margin-top:12px\"><table><tbody>");
            foreach (var (name, examples) in result.Examples)
            {
                foreach (var example in examples)
                {
                    _html.Append(CultureInfo.InvariantCulture, $"<tr><td>{name}</td><td class=\"words\">{Encode(example)}</td></tr>");
                }
            }

            _html.Append("</tbody></table></div>\n");
        }

        if (result.Errors.Count > 0)
        {
            var errors = string.Join(", ", result.Errors.Select(error => $"{error.Key} {Number(error.Value)}"));
            _html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">Requests that failed, which is no fault: {Encode(errors)}.</p>\n");
        }
    }

    private void AppendTimes()
    {
        if (result.Times.Count == 0)
        {
            return;
        }

        _html.Append("<h2>Times <span class=\"soft\">· ms, from the moment the plan intended</span></h2>\n<div class=\"card\"><table><thead><tr><th></th><th>count</th><th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max</th></tr></thead><tbody>");
        foreach (var (name, figures) in result.Times)
        {
            Row(TextReport.Words(name), figures);
        }

        foreach (var (accounts, figures) in result.SignInByAccountsMs.Where(_ => result.SignInByAccountsMs.Count > 1))
        {
            Row($"sign-in of {accounts} account{(accounts == "1" ? "" : "s")}", figures);
        }

        _html.Append("</tbody></table></div>\n");

        void Row(string name, LatencyFigures times) => _html.Append(
            CultureInfo.InvariantCulture,
            $"<tr><td>{Encode(name)}</td><td>{Number(times.Count)}</td><td>{Number(times.P50)}</td><td>{Number(times.P90)}</td><td>{Number(times.P99)}</td><td>{Number(times.P999)}</td><td>{Number(times.Max)}</td></tr>");
    }

    private void AppendMarks()
    {
        if (result.Chaos.Count == 0)
        {
            return;
        }

        _html.Append(CultureInfo.InvariantCulture, $"<h2>{(result.Capacity is null ? "What was broken" : "Rates that were tried")}</h2>\n<div class=\"card\"><ol class=\"marks\">");
        foreach (var mark in result.Chaos)
        {
            _html.Append(CultureInfo.InvariantCulture, $"<li>{mark.At:0.#} s: {Encode(mark.What)}{(mark.Until is { } until ? string.Create(CultureInfo.InvariantCulture, $", back at {until:0.#} s") : "")}</li>");
        }

        _html.Append("</ol></div>\n");
    }

    private void AppendSettings() => _html.Append(
        CultureInfo.InvariantCulture, $"<details><summary>Settings of the scenario</summary><pre>{Encode(JsonSerializer.Serialize(settings, s_json))}</pre></details>\n");
}
