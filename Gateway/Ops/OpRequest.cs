using Microsoft.Extensions.ObjectPool;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Messages;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Ops;

/// <summary>
/// A request of a client while it is read. Used again for the next one, of another stream: a handler has read all it
/// needs when it returns its task.
/// </summary>
internal sealed class OpRequest(GatewayOptions options)
{
    private Session? _session;

    public JsonFields Fields { get; } = new();

    public GatewayOptions Options { get; } = options;

    public Session Session => _session ?? throw new InvalidOperationException("No session yet.");

    /// <summary>The account the request is about, once its handler has read it.</summary>
    public SessionAccount? About { get; private set; }

    /// <summary>It is one of a client that is signed in.</summary>
    public void Begin(Session session) => _session = session;

    /// <summary>The message that the handler leaves to the stream, which has it travel with others.</summary>
    public SendMessage? Message { get; private set; }

    /// <summary>Forgets it.</summary>
    public void Reset()
    {
        (_session, About, Message) = (null, null, null);
        Fields.Clear();
    }

    /// <summary>The account of the field <c>as</c>. A fault is noted if it is not in the session.</summary>
    public void ReadAs()
    {
        var id = Fields.Account("as"u8);
        if (Fields.Fault is null)
        {
            Find(id);
        }
    }

    /// <summary>The account of the field <c>as</c>, or the one that signed in if it is left out.</summary>
    public void ReadOptionalAs()
    {
        if (Fields.Has("as"u8))
        {
            ReadAs();
        }
        else
        {
            UseOwn();
        }
    }

    /// <summary>The account that signed in.</summary>
    public void UseOwn() => About = Session.Own;

    /// <summary>Asks the account, unless a field was at fault. The scope says which other requests it keeps its order with.</summary>
    public Task<Reply> AskAsync<TArg>(RequestScope scope, TArg arg, GrainCall<TArg> call) =>
        Fields.Fault is { } fault ? Task.FromResult<Reply>(fault) : Session.AskAsync(About!, scope, arg, call);

    /// <summary>Leaves a message to the stream, unless a field was at fault. For a handler to return.</summary>
    public Task<Reply>? LeaveToStream(SendMessage message)
    {
        Message = message;
        return Fields.Fault is { } fault ? Task.FromResult<Reply>(fault) : null;
    }

    /// <summary>Asks every account of the session, unless a field was at fault.</summary>
    public Task<Reply> AskAllAsync<TArg>(RequestScope scope, TArg arg, GrainCall<TArg> call) =>
        Fields.Fault is { } fault ? Task.FromResult<Reply>(fault) : Session.AskAllAsync(scope, arg, call);

    /// <summary>Asks the account about its mailboxes, unless a field was at fault. Does not hold up the requests that follow.</summary>
    public Task<Reply> AskMailAsync<TArg>(TArg arg, MailCall<TArg> call) =>
        Fields.Fault is { } fault ? Task.FromResult<Reply>(fault) : Session.AskMailAsync(About!, arg, call);

    private void Find(string id)
    {
        About = Session.Find(id);
        if (About is null)
        {
            Fields.Refuse(ErrorCodes.Forbidden, $"as: {id} is not in this session. Use an account that hello listed.");
        }
    }
}

/// <summary>How requests are made, and taken back.</summary>
internal sealed class OpRequestPolicy(GatewayOptions options) : IPooledObjectPolicy<OpRequest>
{
    public OpRequest Create() => new(options);

    public bool Return(OpRequest obj)
    {
        obj.Reset();
        return true;
    }
}
