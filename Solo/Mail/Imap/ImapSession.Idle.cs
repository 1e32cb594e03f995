namespace OrleansIM.Mail;

/// <content>
/// Waiting for news (IDLE, RFC 2177). A wait that is cancelled leaves IDLE where it is; whatever is done next ends it first.
/// </content>
internal sealed partial class ImapSession
{
    private string? _idle;
    private bool _isIdleAccepted, _isDoneSaid;

    /// <summary>Begins it.</summary>
    /// <returns>False if the server does not want to.</returns>
    public async Task<bool> BeginIdleAsync(CancellationToken cancellation)
    {
        var command = Command("IDLE").End();
        await wire.WriteAsync(command.Bytes, cancellation);
        (_idle, _isIdleAccepted, _isDoneSaid) = (command.Tag, false, false);
        return await AcceptIdleAsync(cancellation);
    }

    /// <summary>Waits until something in the mailbox has changed, or the server ends it.</summary>
    public async Task ListenAsync(CancellationToken cancellation)
    {
        Rest();
        while (_idle is { } tag && !Mailbox.HasChanged)
        {
            if (Take(await _reader.ReadAsync(null, cancellation), tag, null) is { IsGoAhead: false })
            {
                _idle = null;
            }
        }
    }

    /// <summary>Ends it, if it is going on.</summary>
    public async Task EndIdleAsync(CancellationToken cancellation)
    {
        if (_idle is null || !await AcceptIdleAsync(cancellation))
        {
            return;
        }

        if (!_isDoneSaid)
        {
            await WriteLineAsync("DONE", cancellation);
            _isDoneSaid = true;
        }

        await AnswerAsync(_idle, cancellation);
        _idle = null;
    }

    private async Task<bool> AcceptIdleAsync(CancellationToken cancellation)
    {
        if (!_isIdleAccepted && await ChallengeAsync(_idle!, cancellation) is not null)
        {
            _idle = null;
            return false;
        }

        return _isIdleAccepted = true;
    }
}
