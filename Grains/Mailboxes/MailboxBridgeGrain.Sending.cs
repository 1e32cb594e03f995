using System.Diagnostics;
using OrleansIM.Mail;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>
/// Sending (mission M8), once per <c>cid</c>. A mail is noted, handed to the submission server, and noted again with its
/// outcome. What dies in between leaves a note without an outcome; a repeat then looks into the folder for sent mail, and
/// if it is not there hands the mail over again, under the same Message-ID. So a mail can arrive twice only if the server
/// took it and whatever should have heard of it died in the moment before that was noted, and the server keeps no copy:
/// SMTP has no way to ask.
/// </summary>
internal sealed partial class MailboxBridgeGrain
{
    /// <summary>Mails of this mailbox that are being sent at once; more are refused.</summary>
    private const int MaxSending = 16;

    /// <summary>Messages that wait to be filed; the oldest are given up first.</summary>
    private const int MaxUnfiled = 10;

    private static readonly TimeSpan s_filing = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_looking = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _submissions = new(2);
    private bool _isFilingLater;

    // By cid, what is being sent: whoever sends the same again waits for the same.
    private readonly Dictionary<string, Task<Outcome<SentMail>>> _sending = [];

    public async Task<Outcome<SentMail>> SendAsync(string account, OutgoingMail mail, CancellationToken cancellation)
    {
        if (!IsBoundTo(account))
        {
            return UnknownMailbox;
        }

        var cid = mail.Mail.Cid;
        if (!_sending.TryGetValue(cid, out var sending))
        {
            if (_mail.State.Sent.Find(cid)?.Result is { } result)
            {
                return result;
            }

            if (_sending.Count >= MaxSending)
            {
                return new Refusal(ErrorCodes.SlowDown, "Too many mails are being sent from this mailbox. Try again.", TimeSpan.FromSeconds(2));
            }

            // Whoever asked may go away: what was begun goes on.
            var caller = Activity.Current;
            _sending[cid] = sending = Start(() => SendOneAsync(mail, caller));
        }

        try
        {
            return await sending.WaitAsync(s_patience, _time, cancellation);
        }
        catch (TimeoutException)
        {
            return new Refusal(ErrorCodes.Conflict, "The mail is still being handed over. The same cid again waits for the outcome.");
        }
    }

    private async Task<Outcome<SentMail>> SendOneAsync(OutgoingMail mail, Activity? caller)
    {
        await Task.Yield();
        using var span = caller is null ? null : GrainMetrics.Spans.StartActivity("mail.send", ActivityKind.Client, caller.Context);
        var outcome = await SendOneAsync(mail);
        _metrics.OnMail(outcome.Refusal?.Code ?? "ok");
        return outcome;
    }

    private async Task<Outcome<SentMail>> SendOneAsync(OutgoingMail mail)
    {
        try
        {
            await _submissions.WaitAsync();
            try
            {
                return await HandOverAsync(mail);
            }
            finally
            {
                _submissions.Release();
            }
        }
        catch (MailException failure)
        {
            var refusal = ChannelRules.Refusal(failure);
            return failure.Fault is not MailFault.OutcomeUnknown ? refusal
                : new Refusal(refusal.Code, refusal.Message + " The mail may be on its way: the same cid again looks for it before it is sent again.");
        }
        finally
        {
            _sending.Remove(mail.Mail.Cid);
        }
    }

    private async Task<Outcome<SentMail>> HandOverAsync(OutgoingMail mail)
    {
        var cid = mail.Mail.Cid;
        var owner = Record.Owner;
        var messageId = SentMails.MessageIdOf(_address, cid);
        var begun = _mail.State.Sent.Find(cid);
        if (begun is not null && await IsSentAsync(messageId))
        {
            var found = Result(mail, []);
            await ChangeMailAsync(state => state with { Sent = state.Sent.With(begun with { Result = found }) });
            return found;
        }

        if (mail.Recipients.Length == 0)
        {
            return Result(mail, []);
        }

        if (Record.Smtp is not { } server)
        {
            return NoSubmission;
        }

        var note = begun ?? new SentNote { Cid = cid, At = _time.GetUtcNow() };
        var message = _connector.Compose(await DraftAsync(mail, note, messageId));
        if (begun is null)
        {
            await ChangeMailAsync(state => state with { Sent = state.Sent.With(note) });
        }

        var refused = await SubmitAsync(server, mail, message, cid);
        var result = Result(mail, refused);
        if (result.Sent.Length == 0)
        {
            // Nobody has it: a repeat is a first attempt. Should that be forgotten, a repeat looks first, and finds nothing.
            _mail.State = _mail.State with { Sent = _mail.State.Sent.Without(cid) };
            return result;
        }

        if (Record.Owner == owner)
        {
            await NoteAsync(note with { Result = result }, new UnfiledMail(messageId, message));
        }

        return result;
    }

    private async Task<IReadOnlyList<RefusedRecipient>> SubmitAsync(MailServer server, OutgoingMail mail, byte[] message, string cid)
    {
        try
        {
            using var place = await _places.EnterAsync(server.Host, CancellationToken.None);
            string[] recipients = [.. mail.Recipients.Select(recipient => recipient.Address).DistinctBy(MailAddresses.KeyOf)];
            var submission = new MailSubmission(_address, recipients, message);
            var submitted = await WithSecretAsync(
                credential => _connector.SubmitAsync(new MailAccess(server, credential), submission, CancellationToken.None), CancellationToken.None);
            return submitted.Refused;
        }
        catch (MailException failure) when (failure.Fault is not MailFault.OutcomeUnknown)
        {
            // It was not handed over, so the next attempt need not look for it.
            _mail.State = _mail.State with { Sent = _mail.State.Sent.Without(cid) };
            throw;
        }
    }

    /// <summary>Notes the outcome first, then files the copy; the sender does not wait long for that.</summary>
    private async Task NoteAsync(SentNote note, UnfiledMail unfiled)
    {
        var keepsSent = _options.Domains.TryGetValue(MailAddresses.DomainOf(_address), out var domain) && domain.KeepsSent;
        await ChangeMailAsync(state => state with
        {
            Sent = state.Sent.With(note),
            Unfiled = keepsSent ? state.Unfiled : [.. state.Unfiled.TakeLast(MaxUnfiled - 1), unfiled],
        });
        if (!keepsSent)
        {
            await Task.WhenAny(Start(TryFileAsync), Task.Delay(s_filing, _time));
            FileLater();
        }
    }

    /// <summary>What could not be filed is tried again, for a full mailbox gets room and nobody tells; in pauses as after other failures.</summary>
    private void FileLater()
    {
        if (!_isFilingLater && _mail.State.Unfiled.Length > 0 && _stop is { } channel)
        {
            _isFilingLater = true;
            _ = Start(() => FileLaterAsync(channel.Token));
        }
    }

    private async Task FileLaterAsync(CancellationToken stop)
    {
        try
        {
            for (var failures = 1; _mail.State.Unfiled.Length > 0; failures++)
            {
                await Task.Delay(ChannelRules.Pause(failures, _options.RetryFirst, _options.RetryMost, Random.Shared.NextDouble()), _time, stop);
                await TryFileAsync();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The channel is closed; when it opens the next time it is tried then.
        }
        finally
        {
            _isFilingLater = false;
        }
    }

    private async Task TryFileAsync()
    {
        try
        {
            using var limit = Limit(CancellationToken.None);
            await FileAllAsync(limit.Token);
        }
#pragma warning disable CA1031 // The mail is sent; its copy follows.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotFiled(KindOf(failure));
        }
    }

    /// <summary>Puts what waits into the folder for sent mail. What is there already is not put there twice.</summary>
    private async Task FileAllAsync(CancellationToken cancellation)
    {
        if (_mail.State.Unfiled.Length == 0)
        {
            return;
        }

        await OverSecondConnectionAsync(
            async connection =>
            {
                while (_mail.State.Unfiled is [var first, ..])
                {
                    try
                    {
                        await connection.AppendToSentAsync(first.Message, first.MessageId, cancellation);
                    }
                    catch (MailException refused) when (refused.Fault is MailFault.Refused)
                    {
                        // The next one may be small enough for the quota; this one waits behind it.
                        LogNotFiled(KindOf(refused));
                        return false;
                    }

                    await ChangeMailAsync(state => state with { Unfiled = [.. state.Unfiled.Where(unfiled => unfiled.MessageId != first.MessageId)] });
                }

                return true;
            },
            cancellation);
    }

    private async Task<bool> IsSentAsync(string messageId)
    {
        using var limit = Limit(CancellationToken.None);
        try
        {
            return await OverSecondConnectionAsync(connection => connection.IsSentAsync(messageId, limit.Token), limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new MailException(MailFault.Unreachable, "Whether this mail was sent before cannot be found out right now. Try again with the same cid.");
        }
    }

    private async Task<MailDraft> DraftAsync(OutgoingMail mail, SentNote note, string messageId)
    {
        var thread = mail.Mail.ReplyTo is > 0 and <= uint.MaxValue and var uid ? await ReadThreadAsync((uint)uid) : null;
        return new MailDraft
        {
            From = new MailAddress(_address, mail.FromName),
            To = [.. mail.Recipients.DistinctBy(recipient => MailAddresses.KeyOf(recipient.Address)).Select(recipient => new MailAddress(recipient.Address, recipient.Name))],
            Subject = mail.Mail.Subject,
            Text = mail.Mail.Text,
            Date = note.At,
            MessageId = messageId,
            InReplyTo = thread?.MessageId,
            References = thread is null ? [] : [.. thread.References, thread.MessageId],
        };
    }

    /// <summary>An answer whose thread cannot be read is sent all the same, only not as part of it.</summary>
    private async Task<MailThread?> ReadThreadAsync(uint uid)
    {
        using var limit = new CancellationTokenSource(s_looking);
        try
        {
            return await OverSecondConnectionAsync(connection => connection.ReadThreadAsync(uid, limit.Token), limit.Token);
        }
        catch (Exception failure) when (failure is MailException or OperationCanceledException)
        {
            return null;
        }
    }

    private static SentMail Result(OutgoingMail mail, IReadOnlyList<RefusedRecipient> refused)
    {
        var byKey = refused.DistinctBy(one => Key(one.Address)).ToDictionary(one => Key(one.Address));
        var outcomes = mail.Recipients.Select(recipient => (recipient.Given, Refused: byKey.GetValueOrDefault(Key(recipient.Address)))).ToArray();
        return new SentMail
        {
            Sent = [.. outcomes.Where(outcome => outcome.Refused is null).Select(outcome => outcome.Given)],
            Failed =
            [
                .. mail.Failed,
                .. outcomes.Where(outcome => outcome.Refused is not null).Select(outcome => new FailedRecipient
                {
                    To = outcome.Given,
                    Reason = outcome.Refused!.IsTemporary ? ErrorCodes.MailUnreachable : ErrorCodes.MailRefused,
                    Detail = outcome.Refused.Reply,
                }),
            ],
        };

        static string Key(string address) => MailAddresses.KeyOf(address);
    }

    private static string KindOf(Exception failure) => failure is MailException mail ? mail.Fault.ToString() : failure.GetType().Name;

    private static Refusal NoSubmission { get; } =
        new(ErrorCodes.InvalidArgument, "address: this mailbox has no submission server. Bind it again with smtp.");
}
