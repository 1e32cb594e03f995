using System.Buffers;
using System.Net.WebSockets;
using System.Reflection;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Fuzz.Engine;
using OrleansIM.Gateway;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Ops;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;
using OrleansIM.Service;
using OrleansIM.Sessions;

namespace OrleansIM.Fuzz.Targets;

/// <summary>
/// A frame of a client, as far as the gateway goes with it by itself: reading it, and the fields of its op. Says the same
/// about what is JSON as the reader of the framework, and refuses in words of the protocol.
/// </summary>
internal sealed class FramesTarget : FuzzTarget
{
    private readonly GatewayOptions _options = new();
    private readonly SessionServices _services;
    private readonly OpRequest _request;

    public FramesTarget()
    {
        var directory = new NoAccounts();
        _request = new OpRequest(_options);
        _services = new SessionServices(new SessionRegistry(directory, NullLogger<SessionRegistry>.Instance), directory, _options, TimeProvider.System, NullLogger<Session>.Instance);
    }

    public override string Name => "frames";

    public override string About => "frames of the stream: reading them and the fields of every op";

    public override IReadOnlyList<string> Words => FrameWords.All;

    public override int BoundedInputs => 60_000;

    public override ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        // What is no UTF-8 the WebSocket refuses by itself.
        if (!Utf8.IsValid(input.Span))
        {
            return new("no UTF-8");
        }

        var isWhole = _request.Fields.TryParse(input);
        if (isWhole != IsObject(input))
        {
            throw new BrokenPromiseException("reads JSON as the framework does", $"taken for an object: {isWhole}");
        }

        var id = _request.Fields.FirstNumber("id"u8);
        if (id is not null && !IsNumber(id))
        {
            throw new BrokenPromiseException("an id goes back as a number", Convert.ToHexString(id));
        }

        var op = _request.Fields.OptionalText("op"u8);
        return new(!isWhole ? $"not whole {id is not null}" : op is null || !OpTable.TryFind(op, out var handler) ? $"unknown {id is not null}" : $"{op} {Read(handler)}");
    }

    private string Read(OpHandler handler)
    {
        using var session = new Session(_services, Claims, new SendQueue(s_noSocket, Stream.Null, 1024, TimeProvider.System), new NoStream());
        _request.Begin(session);
        if (handler(_request) is not { IsCompleted: true } work)
        {
            return "ok";
        }

        try
        {
            return work.GetAwaiter().GetResult().Refusal is { } refusal ? Check(refusal) : "ok";
        }
        catch (AskedException)
        {
            return "asks";
        }
    }

    /// <summary>A refusal has a code of the table, which is not the one for faults of the server, and can be said in JSON.</summary>
    private static string Check(Refusal refusal)
    {
        var frame = new ArrayBufferWriter<byte>();
        new AnswerFrame("1"u8.ToArray(), refusal).Write(frame);
        using var _ = JsonDocument.Parse(frame.WrittenMemory);
        return ErrorCodes.All.ContainsKey(refusal.Code) && refusal.Code != ErrorCodes.Internal
            ? $"{refusal.Code} {refusal.Message.Split(':', '.')[0]}"
            : throw new BrokenPromiseException("refuses with a code of the protocol", refusal.ToString());
    }

    private static bool IsObject(ReadOnlyMemory<byte> input)
    {
        try
        {
            using var document = JsonDocument.Parse(input, new JsonDocumentOptions { MaxDepth = JsonFields.MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsNumber(byte[] id)
    {
        using var document = JsonDocument.Parse(id);
        return document.RootElement.ValueKind == JsonValueKind.Number;
    }

    private static readonly WebSocket s_noSocket = WebSocket.CreateFromStream(Stream.Null, new WebSocketCreationOptions { IsServer = true });

    private static TokenClaims Claims { get; } = new()
    {
        TokenId = "t",
        Account = "ann",
        Generation = 1,
        IssuedAt = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.MaxValue,
        Device = "",
        Via = "account",
    };

    /// <summary>A cluster in which a request has come to its end when it has reached somebody.</summary>
    private sealed class NoAccounts : IAccountDirectory
    {
        private readonly IAccountGrain _account = DispatchProxy.Create<IAccountGrain, Nobody>();
        private readonly IAccountAppPasswordsGrain _appPasswords = DispatchProxy.Create<IAccountAppPasswordsGrain, Nobody>();
        private readonly IAccountMailGrain _mail = DispatchProxy.Create<IAccountMailGrain, Nobody>();

        public string? Node => null;

        public IServiceGrain Service => throw new AskedException();

        public IAccountGrain Account(string id) => _account;

        public IAccountCredentialsGrain Credentials(string id) => throw new AskedException();

        public IAccountExportGrain Export(string id) => throw new AskedException();

        public IAccountAppPasswordsGrain AppPasswords(string id) => _appPasswords;

        public IAccountAddressBookGrain AddressBook(string id) => throw new AskedException();

        public IAccountMailGrain Mail(string id) => _mail;

        public IMailboxBridgeGrain Mailbox(string key) => throw new AskedException();

        public IGatewayObserver CreateReference(IGatewayObserver observer) => observer;
    }

    private sealed class AskedException : Exception;

#pragma warning disable CA1852 // The proxy is made of it.
    private class Nobody : DispatchProxy
#pragma warning restore CA1852
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new AskedException();
    }

    private sealed class NoStream : IStreamOwner
    {
        public void OnDrained()
        {
        }

        public void Close(int code)
        {
        }
    }
}
