using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace OrleansIM.TestSupport;

/// <summary>
/// A real Radicale of Debian's packages, an address book server (CardDAV): a temporary folder, loopback, a free port, gone
/// after the tests. Use it as a class fixture; where it is not installed <see cref="IsAvailable"/> is false and tests skip
/// themselves. The variable <c>ORLEANSIM_TEST_RADICALE</c> names another program, or none to see the skips.
/// </summary>
public sealed class RadicaleServer : IAsyncLifetime
{
    /// <summary>Why tests are skipped when <see cref="IsAvailable"/> is false.</summary>
    public const string MissingReason = "Radicale is not installed (Debian: apt-get install radicale).";

    /// <summary>The password of every user.</summary>
    public const string Password = "book-secret";

    private readonly TempDirectory _folder = new();
    private readonly string? _program = FindProgram();

    // It speaks HTTP/1.0 and closes every connection, a little late: none is used twice.
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero });
    private Process? _server;
    private int _port;
    private int _users;

    /// <summary>Whether the program is here.</summary>
    public bool IsAvailable => _program is not null;

    /// <summary>Where discovery begins.</summary>
    public Uri Address => new($"http://127.0.0.1:{_port}/");

    /// <summary>A user without address books.</summary>
    public async Task<string> CreateUserAsync()
    {
        var user = $"user{Interlocked.Increment(ref _users)}@example.test";
        await PropFindAsync(user);
        return user;
    }

    /// <summary>An address book of a user.</summary>
    public Task CreateBookAsync(string user, string book) => SendAsync(user, "MKCOL", $"{user}/{book}/", """
        <?xml version="1.0"?><mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><set><prop>
        <resourcetype><collection/><C:addressbook/></resourcetype></prop></set></mkcol>
        """, "application/xml");

    /// <summary>Puts a card into an address book, in the place of the one of that file.</summary>
    public Task PutAsync(string user, string book, string file, string name, params string[] addresses)
        => PutCardAsync(user, book, file, $"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{file}\r\nFN:{name}\r\nN:{name};;;;\r\n"
            + string.Concat(addresses.Select(address => $"EMAIL;TYPE=INTERNET:{address}\r\n")) + "END:VCARD\r\n");

    /// <summary>Puts any card.</summary>
    public Task PutCardAsync(string user, string book, string file, string card)
        => SendAsync(user, "PUT", $"{user}/{book}/{file}.vcf", card, "text/vcard");

    /// <summary>Removes a card, or with an empty name the address book.</summary>
    public Task DeleteAsync(string user, string book, string file)
        => SendAsync(user, "DELETE", file.Length > 0 ? $"{user}/{book}/{file}.vcf" : $"{user}/{book}/", null, "text/plain");

    /// <summary>Forgets all tokens that clients have, as a server does with old ones.</summary>
    public void ForgetTokens()
    {
        foreach (var folder in Directory.GetDirectories(_folder.Path, "sync-token", SearchOption.AllDirectories))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        if (!IsAvailable)
        {
            return;
        }

        _port = Ports.Free();
        var users = Path.Combine(_folder.Path, "users");
        await File.WriteAllLinesAsync(users, Enumerable.Range(1, 100).Select(number => $"user{number}@example.test:{Password}"));
        var configuration = Path.Combine(_folder.Path, "config");
        await File.WriteAllTextAsync(configuration, $"""
            [server]
            hosts = 127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}
            [auth]
            type = htpasswd
            htpasswd_filename = {users}
            htpasswd_encryption = plain
            delay = 0
            [storage]
            filesystem_folder = {Path.Combine(_folder.Path, "collections")}
            [logging]
            level = error
            """);
        _server = ServerProcess.Start(_folder.Path, _program!, "--config", configuration);
        await Eventually.TrueAsync(AnswersAsync, "Radicale to answer", TimeSpan.FromSeconds(60));
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        try
        {
            if (_server is not null)
            {
                await ServerProcess.StopAsync(_server);
            }
        }
        finally
        {
            _http.Dispose();
            _folder.Dispose();
        }
    }

    private static string? FindProgram()
    {
        var program = Environment.GetEnvironmentVariable("ORLEANSIM_TEST_RADICALE") is { Length: > 0 } given ? given : "/usr/bin/radicale";
        return File.Exists(program) ? program : null;
    }

    private async Task<bool> AnswersAsync()
    {
        if (_server!.HasExited)
        {
            throw new InvalidOperationException($"Radicale ended at start with code {_server.ExitCode}.");
        }

        try
        {
            using var answer = await _http.GetAsync(Address);
            return answer.StatusCode < HttpStatusCode.InternalServerError;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Radicale makes a user's home when the user comes first.</summary>
    private Task PropFindAsync(string user) => SendAsync(user, "PROPFIND", $"{user}/", null, "application/xml");

    private async Task SendAsync(string user, string method, string path, string? body, string type)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{Password}")));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, type);
        }

        using var answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }
}
