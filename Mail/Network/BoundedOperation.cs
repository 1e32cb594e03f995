using System.Net.Sockets;
using System.Security.Authentication;

namespace OrleansIM.Mail;

/// <summary>Runs operations of one connection, each with an end.</summary>
internal sealed class BoundedOperation(string host, DialScope scope, TimeProvider time)
{
    /// <summary>What a library gets to obey its token, before its connection is cut under it.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    /// <summary>It hands something over: if its end has to be forced, nobody knows what became of that.</summary>
    public bool IsHandover { get; init; }

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> run, TimeSpan most, CancellationToken cancellation)
    {
        scope.Budget.BeginOperation();
        using var limit = new CancellationTokenSource(most, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await UntilAsync(run(both.Token), both.Token);
        }
        catch (MailException failure) when (failure.IsAnswer || failure.Fault == MailFault.OutcomeUnknown)
        {
            // It came in time, or says more than that time is up: what may be on its way must not be sent again.
            throw;
        }
        catch (Exception) when (scope.Budget.IsExceeded)
        {
            // Whatever the library made of it.
            throw scope.Budget.Excess();
        }
        catch (Exception failure) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new MailException(MailFault.Unreachable, $"{host} did not answer within {most.TotalSeconds:0.#} s.", failure);
        }
        catch (Exception failure) when (cancellation.IsCancellationRequested && failure is not OperationCanceledException)
        {
            throw new OperationCanceledException("The operation was cancelled.", failure, cancellation);
        }
        catch (Exception failure) when (Explain(failure, cancellation) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>Closes whatever is open.</summary>
    public void Cut() => scope.Cut();

    /// <summary>Says goodbye, and leaves without an answer if there is none.</summary>
    public async ValueTask EndAsync(IAsyncDisposable connection, TimeSpan most)
    {
        var goodbye = connection.DisposeAsync().AsTask();
        try
        {
            await goodbye.WaitAsync(most, time);
        }
        catch (Exception)
        {
            // It is over either way.
            Forget(goodbye);
        }
        finally
        {
            scope.Cut();
        }
    }

    /// <summary>What a library should have said itself.</summary>
    private MailException? Explain(Exception failure, CancellationToken cancellation) => failure switch
    {
        MailException => null,
        OperationCanceledException when cancellation.IsCancellationRequested => null,
        AuthenticationException => MailTls.Explain(failure, host),
        IOException or SocketException or ObjectDisposedException or TimeoutException or OperationCanceledException
            => new MailException(MailFault.Unreachable, $"The connection to {host} broke.", failure),
        _ => null,
    };

    /// <summary>The work, or its end by force when it does not end by itself after the token.</summary>
    private async Task<T> UntilAsync<T>(Task<T> work, CancellationToken token)
    {
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (token.Register(called.SetResult))
        {
            if (await Task.WhenAny(work, called.Task) == work)
            {
                return await work;
            }
        }

        try
        {
            return await work.WaitAsync(s_grace, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            scope.Cut();
            Forget(work);
            throw IsHandover
                ? new MailException(MailFault.OutcomeUnknown, $"{host} did not say whether it took the mail.")
                : new OperationCanceledException(token);
        }
    }

    /// <summary>Nobody waits for it any more; what becomes of it is of no interest.</summary>
    private static void Forget(Task task)
        => task.ContinueWith(
            static late => late is Task<IMailboxConnection> { IsCompletedSuccessfully: true } opened ? opened.Result.DisposeAsync().AsTask() : (object?)late.Exception,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
}
