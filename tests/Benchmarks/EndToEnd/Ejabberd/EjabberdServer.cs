using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using OrleansIM.Benchmarks.EndToEnd.Processes;

namespace OrleansIM.Benchmarks.EndToEnd.Ejabberd;

/// <summary>
/// ejabberd of Debian's package, tuned: no shapers, few modules, no stream management, a cache that holds every user (the
/// default of 1,000 would halve its sign-ins), and a backlog that takes a crowd (with the default, connections are lost
/// and wait a second or more for TCP to try again). Plain <c>erl</c> without a node name: one process, no epmd.
/// </summary>
internal sealed class EjabberdServer : IAsyncDisposable
{
    /// <summary>The domain it serves.</summary>
    public const string Domain = "bench";

    /// <summary>Every user's password.</summary>
    public const string Password = "correct horse battery staple";

    private const string Schema = "/usr/share/ejabberd/sql/pg.sql";

    private readonly ChildProcess _process;

    private EjabberdServer(ChildProcess process, IPEndPoint address) => (_process, Address) = (process, address);

    public IPEndPoint Address { get; }

    public int ProcessId => _process.Id;

    /// <summary>Starts it with these users and returns when all are registered.</summary>
    public static async Task<EjabberdServer> StartAsync(EjabberdSetup setup, string folder, CancellationToken cancellation)
    {
        var libraries = Directory.Exists("/usr/lib") ? Directory.GetDirectories("/usr/lib", "*-linux-gnu*").FirstOrDefault(path => Directory.GetDirectories(path, "ejabberd-*").Length > 0) : null;
        if (libraries is null || !File.Exists("/usr/bin/erl"))
        {
            throw new BenchException("ejabberd is not installed (Debian: apt-get install ejabberd erlang-p1-pgsql).");
        }

        if (setup.Archive is { } archive)
        {
            await CreateArchiveAsync(archive, cancellation);
        }

        var address = ChildProcess.FreeAddress();
        var done = Path.Combine(folder, "done");
        var configuration = Path.Combine(folder, "ejabberd.yml");
        var script = Path.Combine(folder, "setup.erl");
        await File.WriteAllTextAsync(configuration, Configuration(setup, address.Port), cancellation);
        await File.WriteAllLinesAsync(Path.Combine(folder, "users"), setup.Users, cancellation);
        await File.WriteAllLinesAsync(Path.Combine(folder, "friends"), setup.Friends.Select(pair => $"{pair.One} {pair.Other}"), cancellation);
        await File.WriteAllTextAsync(script, Script(folder), cancellation);
        var process = new ChildProcess(
            "/usr/bin/erl",
            [
                "-noinput", "+K", "true", "+P", "250000", "-mnesia", "dir", $"\"{folder}/database\"",
                "-ejabberd", "config", $"\"{configuration}\"", "-ejabberd", "log_path", $"\"{folder}/ejabberd.log\"",
                "-s", "ejabberd", "-eval", $"ok = file:eval(\"{script}\").",
            ],
            new Dictionary<string, string> { ["ERL_LIBS"] = libraries, ["ERL_MAX_PORTS"] = "32000", ["ERL_CRASH_DUMP"] = $"{folder}/crash" },
            folder);
        var server = new EjabberdServer(process, address);
        try
        {
            await process.WaitUntilAsync(() => Task.FromResult(File.Exists(done)), "ejabberd to register its users", cancellation);
            await process.WaitUntilAsync(() => AnswersAsync(address, cancellation), "ejabberd", cancellation);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Configuration(EjabberdSetup setup, int port)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $$"""
            hosts: [{{Domain}}]
            loglevel: warning
            listen:
              - port: {{port}}
                ip: "127.0.0.1"
                module: ejabberd_c2s
                max_stanza_size: 65536
                starttls: false
                backlog: 4096
                access: c2s
            auth_method: internal
            auth_password_format: {{(setup.IsHashed ? "scram" : "plain")}}
            cache_size: 100000
            acl: {}
            access_rules:
              c2s: {allow: all}
            shaper_rules:
              max_user_sessions: 100
            modules:
              mod_disco: {}
              mod_last: {}
              mod_offline: {}
              mod_ping: {}
              mod_register: {}
              mod_roster: {}
              mod_vcard: {}
            """);
        if (setup.Archive is { } archive)
        {
            var database = new NpgsqlConnectionStringBuilder(archive);
            text.AppendLine(CultureInfo.InvariantCulture, $$"""
                  mod_mam:
                    default: always
                    db_type: sql
                sql_type: pgsql
                sql_server: "{{database.Host}}"
                sql_port: {{database.Port}}
                sql_database: "{{database.Database}}"
                sql_username: "{{database.Username}}"
                sql_pool_size: 10
                """);
        }

        return text.ToString();
    }

    /// <summary>
    /// One user is registered as usual; the others get the same record, and contacts are written as accepted on both
    /// sides: thousands of users in a second or two, in a state that the usual way leads to as well.
    /// </summary>
    private static string Script(string folder) => $$$"""
        Host = <<"{{{Domain}}}">>.
        Lines = fun(Name) -> {ok, Text} = file:read_file("{{{folder}}}/" ++ Name), binary:split(Text, <<"\n">>, [global, trim_all]) end.
        [First | Others] = Lines("users").
        ok = ejabberd_auth:try_register(First, Host, <<"{{{Password}}}">>).
        [Record] = mnesia:dirty_read(passwd, {First, Host}).
        lists:foreach(fun(User) -> mnesia:dirty_write(setelement(2, Record, {User, Host})) end, Others).
        Befriend = fun(User, Friend) -> mnesia:dirty_write({roster, {User, Host, {Friend, Host, <<>>}}, {User, Host}, {Friend, Host, <<>>}, <<>>, both, none, [], <<>>, []}) end.
        lists:foreach(fun(Line) -> [One, Other] = binary:split(Line, <<" ">>), Befriend(One, Other), Befriend(Other, One) end, Lines("friends")).
        ok = file:write_file("{{{folder}}}/done", <<"ok">>).
        """;

    private static async Task CreateArchiveAsync(string connection, CancellationToken cancellation)
    {
        if (!File.Exists(Schema))
        {
            throw new BenchException($"ejabberd's schema is not at {Schema}.");
        }

        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(await File.ReadAllTextAsync(Schema, cancellation));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<bool> AnswersAsync(IPEndPoint address, CancellationToken cancellation)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>What an ejabberd is started with.</summary>
/// <param name="Users">Their names.</param>
/// <param name="Friends">Contacts of each other.</param>
/// <param name="IsHashed">SCRAM-SHA-1 with 4,096 rounds instead of plain passwords.</param>
/// <param name="Archive">Connection string of an empty PostgreSQL database for mod_mam, or null: nothing is stored.</param>
internal sealed record EjabberdSetup(IReadOnlyList<string> Users, IReadOnlyList<(string One, string Other)> Friends, bool IsHashed = false, string? Archive = null);
