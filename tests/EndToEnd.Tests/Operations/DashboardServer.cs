using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using OrleansIM.EndToEnd.Tests.Support;
using OrleansIM.Hosting.Dashboard;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>A server with Orleans' dashboard, where this build has it; nothing elsewhere.</summary>
public sealed partial class DashboardServer : IAsyncLifetime
{
    private static readonly HttpClient s_http = new(new HttpClientHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(60) };

    private readonly TempDirectory _data = new();
    private readonly AdminServer _inner;

    public DashboardServer() => _inner = new AdminServer { Settings = ["--Admin:Dashboard=true", $"--Storage:DataDirectory={_data.Path}"] };

    /// <summary>The server; the test is skipped where there is none.</summary>
    public AdminServer Admin
    {
        get
        {
            Skip.IfNot(OrleansDashboard.IsThere, MissingPackages.Dashboard);
            return _inner;
        }
    }

    /// <summary>The secret as browsers send it.</summary>
    public static AuthenticationHeaderValue Basic(string password, string name = "operator") =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));

    public async Task InitializeAsync()
    {
        if (OrleansDashboard.IsThere)
        {
            await _inner.InitializeAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (OrleansDashboard.IsThere)
        {
            await _inner.DisposeAsync();
        }

        _data.Dispose();
    }

    /// <summary>What is answered to somebody who sends that, by default the secret.</summary>
    public async Task<DashboardAnswer> GetAsync(string path, AuthenticationHeaderValue? authorization = null, Uri? at = null, bool isAnonymous = false, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri($"{(at ?? Admin.Admin).ToString().TrimEnd('/')}{(path.StartsWith('/') ? "" : "/")}{path}"));
        request.Headers.Authorization = isAnonymous ? null : authorization ?? Basic(AdminServer.Secret);
        using var answer = await s_http.SendAsync(request);
        return new DashboardAnswer((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.Concat(answer.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value)));
    }

    /// <summary>The hashes of passwords in its database, which is read as it is on the disk.</summary>
    public IReadOnlyCollection<string> StoredHashes() =>
    [
        .. Directory.GetFiles(_data.Path, "*.db*").Select(Read).SelectMany(text => PasswordHash().Matches(text)).Select(match => match.Groups["hash"].Value).Distinct(),
    ];

    private static string Read(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.Latin1);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("\"PasswordHash\":\"(?<hash>[^\"]{20,})\"", RegexOptions.IgnoreCase)]
    private static partial Regex PasswordHash();
}

/// <summary>An answer with its headers.</summary>
public sealed record DashboardAnswer(int Status, string Body, IReadOnlyDictionary<string, string> Headers);
