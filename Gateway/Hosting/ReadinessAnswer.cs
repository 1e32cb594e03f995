using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansIM.Gateway.Hosting;

/// <summary>What <c>/readyz</c> says: the state in the first line, and below it a line for each check that finds something.</summary>
internal static class ReadinessAnswer
{
    /// <summary>Writes it, and into the log what has changed. The status code is set by the caller.</summary>
    public static Task WriteAsync(HttpContext http, HealthReport report, ReadinessLog log)
    {
        log.Note(report);
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(Write(report), http.RequestAborted);
    }

    // Descriptions are sentences of ours: of an exception nobody outside hears anything.
    private static string Write(HealthReport report)
    {
        var text = new StringBuilder(report.Status.ToString());
        foreach (var (name, entry) in report.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (entry.Status != HealthStatus.Healthy)
            {
                text.Append('\n').Append(name).Append(": ").Append(entry.Exception is null || entry.Description != entry.Exception.Message ? entry.Description : entry.Status.ToString());
            }
        }

        return text.ToString();
    }
}
