using System.Collections.ObjectModel;
using System.Diagnostics;
using OrleansIM.Audit;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Ops;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Gateway.Tokens;
using OrleansIM.Presence;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Connections;

/// <summary>The begin of a stream, and of every frame.</summary>
internal sealed partial class StreamConnection
{
    private static readonly Refusal s_noHello = new(ErrorCodes.Unauthenticated, "Say hello with a token first.");
    private static readonly Refusal s_badToken = new(ErrorCodes.Unauthenticated, "The token is not valid or has expired. Sign in again.");

    private JsonFields Fields => _request!.Fields;

    /// <summary>What every request has; and when it was read.</summary>
    private readonly record struct RequestHead(byte[] Id, string Op, long At);

    /// <summary>
    /// Reads id and op. A frame that is at fault is answered if an id can be read, so that the client learns which one
    /// it was; else the stream is closed, for a client that cannot be answered cannot go on.
    /// </summary>
    private RequestHead? ReadHead(ReadOnlyMemory<byte> frame)
    {
        var isWhole = Fields.TryParse(frame);
        if (Fields.FirstNumber("id"u8) is not { } id)
        {
            Close(CloseCodes.ProtocolError);
            return null;
        }

        var op = Fields.OptionalText("op"u8);
        Fields.Has("id"u8);
        if (!isWhole)
        {
            Fields.Refuse(ErrorCodes.InvalidArgument, $"The request is not one JSON object, or nests deeper than {JsonFields.MaxDepth}.");
        }
        else if (op is null)
        {
            Fields.Refuse(ErrorCodes.InvalidArgument, "op: required, a string.");
        }

        if (Fields.Fault is not { } fault)
        {
            return new RequestHead(id, op!, Stopwatch.GetTimestamp());
        }

        _queue.Enqueue(new AnswerFrame(id, fault));
        return null;
    }

    /// <summary>Takes the first request. All that is read of the frame is read before the first await.</summary>
    private async Task GreetAsync(ReadOnlyMemory<byte> frame)
    {
        if (ReadHead(frame) is not { } head)
        {
            return;
        }

        if (head.Op != OpTable.Hello)
        {
            _queue.Enqueue(new AnswerFrame(head.Id, s_noHello));
            return;
        }

        var token = Fields.Text("token"u8, SealedTokens.MaxLength);
        var resume = ReadResume();
        var presence = PresenceOps.ReadAll(Fields);
        if (Fields.Fault is { } fault)
        {
            _queue.Enqueue(new AnswerFrame(head.Id, fault));
        }
        else if (_services.Tokens.TryUnseal(token, out var claims))
        {
            var session = new Session(_services.Sessions, claims, _queue, this);
            _isGreeting = true;
            await SignInAsync(head, session, resume, presence);
            _isGreeting = false;
        }
        else
        {
            RefuseToken(head.Id, s_badToken, "gateway", account: null);
        }
    }

    private async Task SignInAsync(
        RequestHead head, Session session, IReadOnlyDictionary<string, long> resume, IReadOnlyDictionary<string, SessionPresence> presence)
    {
        // For the list of devices; with the calls of this sign-in alone.
        SecurityAudit.ComesFrom(_source);
        var reply = await AskToSignInAsync(head, session, resume, presence);
        if (reply.Refusal is { } refusal)
        {
            await session.EndAsync();
            session.Dispose();
            if (Faults.IsPassing(refusal))
            {
                _queue.Enqueue(new AnswerFrame(head.Id, refusal));
            }
            else
            {
                RefuseToken(head.Id, refusal, "account", session.Own.Id);
            }

            return;
        }

        _session = session;
        _services.Audit.Write(AuditEvents.SessionOpened, session.Own.Id, session: session.Id, source: _source);
        _queue.Enqueue(new AnswerFrame(head.Id, reply));
        _hasHello = true;
        _rate.SignIn(session.Own.Id);
        Greeted?.Invoke(this);
        _helloTimer?.Dispose();
        _helloTimer = null;
        session.Begin();
    }

    private async Task<Reply> AskToSignInAsync(
        RequestHead head, Session session, IReadOnlyDictionary<string, long> resume, IReadOnlyDictionary<string, SessionPresence> presence)
    {
        using var span = GatewayMetrics.Spans.StartActivity(OpTable.Hello, ActivityKind.Server);
        Reply reply;
        try
        {
            reply = await session.SignInAsync(resume, presence);
        }
        catch (Exception e)
        {
            reply = Refuse(head.Op, e);
        }

        var outcome = reply.Refusal?.Code ?? GatewayMetrics.Ok;
        span?.SetTag("orleansim.outcome", outcome);
        _services.Metrics.OnHello(outcome, Stopwatch.GetElapsedTime(head.At));
        return reply;
    }

    private void RefuseToken(byte[] id, Refusal refusal, string by, string? account)
    {
        _services.Audit.Write(AuditEvents.TokenRefused, account, refusal.Code, source: _source);
        _services.Metrics.OnTokenRefused(by);
        _queue.Enqueue(new AnswerFrame(id, refusal));
        Close(CloseCodes.BadToken);
    }

    private IReadOnlyDictionary<string, long> ReadResume()
    {
        if (Fields.OptionalObject("resume"u8) is not { } resume)
        {
            return ReadOnlyDictionary<string, long>.Empty;
        }

        var cursors = new Dictionary<string, long>();
        foreach (var (name, seq) in resume.Numbers())
        {
            if (AccountIds.TryNormalize(name, out var account))
            {
                cursors[account] = seq;
            }
        }

        if (resume.Fault is not null)
        {
            Fields.Refuse(ErrorCodes.InvalidArgument, "resume: has to be an object of account ids, each with the last seq that was seen.");
        }

        return cursors;
    }
}
