using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Hosting;

/// <summary>Keeps the client of the host signed in.</summary>
internal sealed partial class OrleansImConnection(
    ImClient client, IOptions<OrleansImSettings> settings, ILogger<OrleansImConnection> log) : BackgroundService
{
    private readonly OrleansImSettings _settings = settings.Value;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);

        // Signing out forgets what is still to be sent: it is sent after the next start, where the store outlives this process.
        if (!string.IsNullOrEmpty(_settings.Token) || client.Outbox().Any(static message => message.State == MessageState.Queued))
        {
            return;
        }

        try
        {
            await client.SignOutAsync(ct: cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is ImException or OperationCanceledException or ObjectDisposedException)
        {
            LogNotSignedOut(log, failed.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (string.IsNullOrEmpty(_settings.Login))
        {
            throw new InvalidOperationException("The connection has nothing to sign in with. Set Login, and Password or Token.");
        }

        try
        {
            await StaySignedInAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops, maybe in the middle of its start, when it would take this for a failure.
        }
    }

    private async Task StaySignedInAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var over = new TaskCompletionSource<SignedOut>(TaskCreationOptions.RunContinuationsAsynchronously);
            using var listening = client.On<SignedOut>(end => over.TrySetResult(end));
            using var stopping = stoppingToken.Register(() => over.TrySetCanceled(stoppingToken));
            await SignInAsync(stoppingToken).ConfigureAwait(false);
            LogSignedIn(log, client.Pages.Count);
            var end = await over.Task.ConfigureAwait(false);
            if (end.CloseCode != CloseCodes.BadToken || !string.IsNullOrEmpty(_settings.Token))
            {
                throw end.Error ?? new ImException(ErrorCodes.Unauthenticated, "The session was signed out.");
            }

            LogExpired(log);
        }
    }

    private async Task SignInAsync(CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await (string.IsNullOrEmpty(_settings.Token)
                    ? client.SignInAsync(_settings.Login!, _settings.Password!, ct)
                    : client.ConnectAsync(new Session(_settings.Login!, _settings.Token), ct)).ConfigureAwait(false);
                return;
            }
            catch (ImException refused) when (refused.CanRetry)
            {
                var pause = TimeSpan.FromMilliseconds(Math.Min(
                    _settings.ReconnectInitial.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 30)), _settings.ReconnectMax.TotalMilliseconds));
                pause = refused.RetryAfter > pause ? refused.RetryAfter.Value : pause;
                LogTryingAgain(log, pause, refused.Message);
                await Task.Delay(pause, ct).ConfigureAwait(false);
            }
        }
    }
}
