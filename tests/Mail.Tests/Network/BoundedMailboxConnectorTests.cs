using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansIM.Mail.Tests.Network;

public sealed class BoundedMailboxConnectorTests : IDisposable
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(200);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public BoundedMailboxConnectorTests() => _listener.Start();

    private MailAccess Access => new(
        new MailServer("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, MailSecurity.None), new MailPassword("ann", "secret"));

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Open_ServerIsSilent_IsUnreachableInTime()
    {
        await using var services = Create(new Library { Opening = Forever }, opening: s_short);

        var failure = await Assert.ThrowsAsync<MailException>(() => Connector(services).OpenAsync(Access, CancellationToken.None));

        Assert.Equal((MailFault.Unreachable, "127.0.0.1 did not answer within 0.2 s."), (failure.Fault, failure.Message));
    }

    [Fact]
    public async Task Operation_ServerIsSilent_IsUnreachableInTime()
    {
        await using var services = Create(new Library { Working = Forever });
        await using var connection = await Connector(services).OpenAsync(Access, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<MailException>(() => connection.SummarizeAsync(20, CancellationToken.None));

        Assert.Equal(MailFault.Unreachable, failure.Fault);
    }

    [Fact]
    public async Task Operation_LibraryIgnoresItsToken_EndsAndItsConnectionIsCut()
    {
        var library = new Library { Working = (stream, _) => stream.ReadAsync(new byte[1], CancellationToken.None).AsTask() };
        await using var services = Create(library);
        var connection = await Connector(services).OpenAsync(Access, CancellationToken.None);
        using var accepted = await _listener.AcceptTcpClientAsync();

        var failure = await Assert.ThrowsAsync<MailException>(
            () => connection.IsSentAsync("<1@x>", CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)));

        Assert.Equal(MailFault.Unreachable, failure.Fault);
        Assert.Equal(0, await accepted.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Operation_CancelledByTheCaller_IsCancelled()
    {
        await using var services = Create(new Library { Working = Forever }, TimeSpan.FromMinutes(1));
        await using var connection = await Connector(services).OpenAsync(Access, CancellationToken.None);
        using var cancelled = new CancellationTokenSource();

        var waiting = connection.WaitForChangeAsync(TimeSpan.FromMinutes(5), cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Wait_LongerThanAnAnswerMayTake_IsTheServersRight()
    {
        await using var services = Create(new Library { Working = (_, cancellation) => Task.Delay(s_short * 2, cancellation) });
        await using var connection = await Connector(services).OpenAsync(Access, CancellationToken.None);

        Assert.True(await connection.WaitForChangeAsync(TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [Fact]
    public async Task Operation_ServerSaysTooMuch_IsGarbageWhateverTheLibraryMakesOfIt()
    {
        var library = new Library
        {
            Working = async (stream, cancellation) =>
            {
                try
                {
                    await stream.ReadExactlyAsync(new byte[100_000], cancellation);
                }
                catch (MailException)
                {
                    throw new InvalidDataException("What is this?");
                }
            },
        };
        await using var services = Create(library, TimeSpan.FromMinutes(1));
        await using var connection = await Connector(services).OpenAsync(Access, CancellationToken.None);
        using var accepted = await _listener.AcceptTcpClientAsync();
        await accepted.GetStream().WriteAsync(new byte[100_000]);

        var failure = await Assert.ThrowsAsync<MailException>(() => connection.ListAsync(20, CancellationToken.None));

        Assert.Equal(MailFault.Garbage, failure.Fault);
    }

    [Fact]
    public async Task Operation_EachWithinItsBudget_IsNotSummedUp()
    {
        await using var services = Create(
            new Library { Working = (stream, cancellation) => stream.ReadExactlyAsync(new byte[50_000], cancellation).AsTask() }, TimeSpan.FromMinutes(1));
        await using var connection = await Connector(services).OpenAsync(Access, CancellationToken.None);
        using var accepted = await _listener.AcceptTcpClientAsync();

        for (var i = 0; i < 4; i++)
        {
            await accepted.GetStream().WriteAsync(new byte[50_000]);
            await connection.SummarizeAsync(20, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Operation_ServerSaysNo_IsPassedOn()
    {
        await using var services = Create(new Library { Working = (_, _) => throw new MailException(MailFault.Refused, "Quota.") });
        await using var connection = await Connector(services).OpenAsync(Access, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<MailException>(() => connection.AppendToSentAsync([], "<1@x>", CancellationToken.None));

        Assert.Equal((MailFault.Refused, "Quota."), (failure.Fault, failure.Message));
    }

    [Fact]
    public async Task Dispose_ServerDoesNotSayGoodbye_EndsAndClosesTheConnection()
    {
        await using var services = Create(new Library { Leaving = stream => stream.ReadAsync(new byte[1]).AsTask() });
        var connection = await Connector(services).OpenAsync(Access, CancellationToken.None);
        using var accepted = await _listener.AcceptTcpClientAsync();

        await connection.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(0, await accepted.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Submit_ServerIsSilent_IsUnreachableInTime()
    {
        await using var services = Create(new Library { Working = Forever }, opening: s_short);

        var failure = await Assert.ThrowsAsync<MailException>(
            () => Connector(services).SubmitAsync(Access, new MailSubmission("a@x.example", ["b@x.example"], []), CancellationToken.None));

        Assert.Equal(MailFault.Unreachable, failure.Fault);
    }

    [Fact]
    public async Task Submit_LibraryIgnoresItsToken_NobodyKnowsWhatBecameOfTheMail()
    {
        await using var services = Create(new Library { Working = (_, _) => Task.Delay(Timeout.Infinite, CancellationToken.None) }, opening: s_short);

        var failure = await Assert.ThrowsAsync<MailException>(
            () => Connector(services).SubmitAsync(Access, new MailSubmission("a@x.example", ["b@x.example"], []), CancellationToken.None)
                .WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal(MailFault.OutcomeUnknown, failure.Fault);
    }

    [Fact]
    public async Task Submit_LibraryKnowsThatTheOutcomeIsUnknown_IsBelieved()
    {
        await using var services = Create(
            new Library
            {
                Working = async (_, cancellation) =>
                {
                    await Task.Delay(Timeout.Infinite, cancellation).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                    throw new MailException(MailFault.OutcomeUnknown, "Cut after DATA.");
                },
            },
            opening: s_short);

        var failure = await Assert.ThrowsAsync<MailException>(
            () => Connector(services).SubmitAsync(Access, new MailSubmission("a@x.example", ["b@x.example"], []), CancellationToken.None));

        Assert.Equal(MailFault.OutcomeUnknown, failure.Fault);
    }

    private static Task Forever(Stream stream, CancellationToken cancellation) => Task.Delay(Timeout.Infinite, cancellation);

    private static IMailboxConnector Connector(ServiceProvider services) => services.GetRequiredService<IMailboxConnector>();

    private static ServiceProvider Create(Library library, TimeSpan? most = null, TimeSpan? opening = null)
    {
        var services = MailServices.Create(
            options => (options.AnswerTimeout, options.ConnectTimeout, options.MaxAnswerBytes) = (most ?? s_short, opening ?? TimeSpan.FromMinutes(1), 64 * 1024), library);
        library.Dialer = services.GetRequiredService<IMailDialer>();
        return services;
    }

    /// <summary>A mail library that does what a test says.</summary>
    private sealed class Library : IMailboxConnector
    {
        public IMailDialer Dialer { get; set; } = null!;

        public Func<Stream, CancellationToken, Task> Opening { get; init; } = (_, _) => Task.CompletedTask;

        public Func<Stream, CancellationToken, Task> Working { get; init; } = (_, _) => Task.CompletedTask;

        public Func<Stream, Task> Leaving { get; init; } = _ => Task.CompletedTask;

        public async Task<IMailboxConnection> OpenAsync(MailAccess access, CancellationToken cancellation)
        {
            var stream = await Dialer.DialAsync(access.Server.Host, access.Server.Port, cancellation);
            await Opening(stream, cancellation);
            return new Connection(this, stream);
        }

        public byte[] Compose(MailDraft draft) => [];

        public async Task<MailSubmitted> SubmitAsync(MailAccess access, MailSubmission submission, CancellationToken cancellation)
        {
            await Working(Stream.Null, cancellation);
            return new MailSubmitted([]);
        }

        public Task CheckSubmissionAsync(MailAccess access, CancellationToken cancellation) => Working(Stream.Null, cancellation);

        private sealed class Connection(Library library, Stream stream) : IMailboxConnection
        {
            public Task<MailboxSummary> SummarizeAsync(int newest, CancellationToken cancellation) => DoAsync<MailboxSummary>(cancellation);

            public Task<MailboxSummary> ListAsync(int newest, CancellationToken cancellation) => DoAsync<MailboxSummary>(cancellation);

            public Task<IReadOnlyList<MailCorrespondent>> ReadCorrespondentsAsync(int mails, CancellationToken cancellation)
                => DoAsync<IReadOnlyList<MailCorrespondent>>(cancellation);

            public async Task<bool> WaitForChangeAsync(TimeSpan most, CancellationToken cancellation)
            {
                await library.Working(stream, cancellation);
                return true;
            }

            public Task<bool> AppendToSentAsync(byte[] message, string messageId, CancellationToken cancellation) => DoAsync<bool>(cancellation);

            public Task<bool> IsSentAsync(string messageId, CancellationToken cancellation) => DoAsync<bool>(cancellation);

            public Task<MailThread?> ReadThreadAsync(uint uid, CancellationToken cancellation) => DoAsync<MailThread?>(cancellation);

            public async ValueTask DisposeAsync() => await library.Leaving(stream);

            private async Task<T> DoAsync<T>(CancellationToken cancellation)
            {
                await library.Working(stream, cancellation);
                return default!;
            }
        }
    }
}
