namespace OrleansIM.Benchmarks.EndToEnd.Profiling;

/// <summary>Which part of the house a function belongs to.</summary>
internal static class CostAreas
{
    private static readonly (string Mark, string Area)[] s_areas =
    [
        ("OrleansIM.Gateway.Connections.SendQueue", "gateway: send queue"),
        ("OrleansIM.Gateway.Connections", "gateway: reading frames"),
        ("OrleansIM.Gateway.Frames", "gateway: parse and encode"),
        ("OrleansIM.Gateway.Ops", "gateway: ops"),
        ("OrleansIM.Gateway.Sessions", "gateway: sessions and lanes"),
        ("OrleansIM.Gateway", "gateway: other"),
        ("OrleansIM.Grains.Timelines", "grains: appender and timeline"),
        ("OrleansIM.Grains", "grains: accounts"),
        ("OrleansIM.Silo.Storage", "store"),
        ("Npgsql", "Npgsql"),
        ("Microsoft.Data.Sqlite", "SQLite"),
        ("SQLitePCL", "SQLite"),
        ("sqlite3", "SQLite"),
        ("OrleansIM.Solo", "engine: Solo"),
        ("Orleans.Serialization", "engine: Orleans serialization"),
        ("OrleansCodeGen", "engine: Orleans generated code"),
        ("[Orleans.", "engine: Orleans runtime"),
        ("Microsoft.AspNetCore.Server.Kestrel", "Kestrel"),
        ("System.Net.WebSockets", "WebSocket"),
        ("System.Net.Sockets", "sockets"),
        ("System.IO.Pipelines", "pipelines"),
        ("System.Text.Json", "JSON"),
        ("System.Threading.PortableThreadPool", "thread pool: idle and dispatch"),
        ("System.Threading.ThreadPoolWorkQueue", "thread pool: idle and dispatch"),
        ("gc_heap::", "GC"),
        ("WKS::", "GC"),
        ("libclrgc", "GC"),
        ("JIT_New", "allocation"),
        ("libclrjit", "JIT"),
    ];

    /// <summary>The area of the innermost frame that has one.</summary>
    public static string Of(string[] frames) => frames.Select(OfFrame).FirstOrDefault(area => area is not null) ?? "none of these";

    /// <summary>The area of one frame, or null: then it works for its caller.</summary>
    public static string? OfFrame(string frame)
    {
        foreach (var (mark, area) in s_areas)
        {
            if (frame.Contains(mark, StringComparison.Ordinal))
            {
                return area;
            }
        }

        return null;
    }
}
