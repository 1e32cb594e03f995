using System.Net;
using System.Net.Sockets;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Network;

public sealed class MailDialerTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public MailDialerTests() => _listener.Start();

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Dial_HostOnLoopback_ConnectsWhereItIsAllowed()
    {
        await using var stream = await Dialer(allowPrivate: true).DialAsync("localhost", Port, CancellationToken.None);
        using var accepted = await _listener.AcceptTcpClientAsync();

        await stream.WriteAsync("hello"u8.ToArray());
        var heard = new byte[5];
        await accepted.GetStream().ReadExactlyAsync(heard);
        Assert.Equal("hello"u8.ToArray(), heard);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("0x7f.1")]
    [InlineData("2130706433")]
    public async Task Dial_HostOnLoopback_IsRefusedWithoutAConnection(string host)
    {
        var refused = await Assert.ThrowsAsync<MailException>(() => Dialer(allowPrivate: false).DialAsync(host, Port, CancellationToken.None));

        Assert.Equal(MailFault.HostNotAllowed, refused.Fault);
        Assert.False(_listener.Pending());
    }

    [Fact]
    public async Task Dial_NameThatChangesItsAddress_ConnectsToTheOneThatWasChecked()
    {
        var asked = 0;
        var dialer = Dialer(allowPrivate: true, (_, _) => Task.FromResult(new[] { asked++ == 0 ? IPAddress.Loopback : IPAddress.Parse("10.255.255.1") }));

        await using var stream = await dialer.DialAsync("rebinds.example.com", Port, CancellationToken.None);

        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Dial_FirstAddressIsDead_TakesTheNext()
    {
        var dialer = Dialer(allowPrivate: true, (_, _) => Task.FromResult(new[] { IPAddress.Parse("127.0.0.99"), IPAddress.Loopback }));

        await using var stream = await dialer.DialAsync("two.example.com", Port, CancellationToken.None);

        Assert.True(stream.CanRead);
    }

    [Fact]
    public async Task Dial_NobodyListens_IsUnreachable()
    {
        var failure = await Assert.ThrowsAsync<MailException>(() => Dialer(allowPrivate: true).DialAsync("127.0.0.1", Ports.Free(), CancellationToken.None));

        Assert.Equal(MailFault.Unreachable, failure.Fault);
        Assert.Contains("Nobody listens", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dial_ResolverThatNeverAnswers_EndsInTime()
    {
        var dialer = Dialer(allowPrivate: true, (_, _) => new TaskCompletionSource<IPAddress[]>().Task, TimeSpan.FromMilliseconds(100));

        var failure = await Assert.ThrowsAsync<MailException>(() => dialer.DialAsync("slow.example.com", Port, CancellationToken.None));

        Assert.Equal(MailFault.Unreachable, failure.Fault);
        Assert.Contains("did not answer within 0.1 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dial_Cancelled_SaysSo()
    {
        using var cancelled = new CancellationTokenSource();
        var dialling = Dialer(allowPrivate: true, (_, _) => new TaskCompletionSource<IPAddress[]>().Task).DialAsync("slow.example.com", Port, cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialling);
    }

    [Fact]
    public async Task Dial_NameThatIsNotThere_IsUnreachable()
    {
        var dialer = Dialer(allowPrivate: true, (_, _) => throw new SocketException((int)SocketError.HostNotFound));

        var failure = await Assert.ThrowsAsync<MailException>(() => dialer.DialAsync("nowhere.example.com", Port, CancellationToken.None));

        Assert.Equal(MailFault.Unreachable, failure.Fault);
    }

    [Fact]
    public async Task Stream_ServerSaysMoreThanTheBudget_IsGarbage()
    {
        await using var stream = (BoundedStream)await Dialer(allowPrivate: true).DialAsync("127.0.0.1", Port, CancellationToken.None);
        using var accepted = await _listener.AcceptTcpClientAsync();
        var buffer = new byte[600];

        await accepted.GetStream().WriteAsync(new byte[600]);
        await stream.ReadExactlyAsync(buffer);
        stream.BeginOperation();
        await accepted.GetStream().WriteAsync(new byte[600]);
        await stream.ReadExactlyAsync(buffer);
        await accepted.GetStream().WriteAsync(new byte[600]);

        var failure = await Assert.ThrowsAsync<MailException>(() => stream.ReadExactlyAsync(buffer).AsTask());
        Assert.Equal(MailFault.Garbage, failure.Fault);
    }

    private static MailDialer Dialer(
        bool allowPrivate, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, TimeSpan? timeout = null)
    {
        var options = MailServices.Options(one =>
        {
            one.AllowPrivateHosts = allowPrivate;
            one.ConnectTimeout = timeout ?? TimeSpan.FromSeconds(20);
            one.MaxAnswerBytes = 1_000;
        });
        return new MailDialer(options, new HostPolicy(options), TimeProvider.System, resolve ?? Dns.GetHostAddressesAsync);
    }
}
