using System.Globalization;
using System.Net;
using System.Text;
using OrleansIM.Benchmarks.EndToEnd.Wire;

namespace OrleansIM.Benchmarks.EndToEnd.Ours;

/// <summary>A session with our server: the bytes of <c>docs/protocol.md</c>, without the SDK.</summary>
internal class OursConnection : WebSocketConnection
{
    private const int HelloId = 1;

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<int, TaskCompletionSource<string>> _asked = [];
    private int _lastId = HelloId;
    private int _expectedOnline;
    private bool _isReady;

    /// <summary>Pages that have come.</summary>
    public int Pages { get; private set; }

    /// <summary>Their size, all together.</summary>
    public int PageBytes { get; private set; }

    /// <summary>Contacts that were online in the pages or in an event since.</summary>
    public int OnlineContacts { get; private set; }

    /// <summary>Connects, says hello and returns when <c>ready</c> has come.</summary>
    /// <param name="server">Where.</param>
    /// <param name="token">From a sign-in.</param>
    /// <param name="resume">The JSON of <c>resume</c>, or null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="onlineContacts">How many contacts have to be seen online as well.</param>
    public async Task SignInAsync(IPEndPoint server, string token, string? resume, CancellationToken cancellation, int onlineContacts = 0)
    {
        _expectedOnline = onlineContacts;
        await UpgradeAsync(server, "/v1/stream", "orleansim.v1", cancellation);
        var cursors = resume is null ? "" : $",\"resume\":{resume}";
        Send(Encoding.UTF8.GetBytes($"{{\"id\":{HelloId.ToString(CultureInfo.InvariantCulture)},\"op\":\"hello\",\"token\":\"{token}\"{cursors}}}"));
        await _ready.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellation);
    }

    /// <summary>Asks and returns the answer's JSON. For the setup.</summary>
    /// <param name="fields">What follows <c>id</c>, like <c>"op":"ping"</c>.</param>
    public Task<string> AskAsync(string fields)
    {
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        int id;
        lock (_asked)
        {
            id = ++_lastId;
            _asked[id] = answer;
        }

        Send(Encoding.UTF8.GetBytes($"{{\"id\":{id.ToString(CultureInfo.InvariantCulture)},{fields}}}"));
        return answer.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    protected override void OnFrame(ReadOnlySpan<byte> frame)
    {
        if (frame.StartsWith("{\"re\":"u8))
        {
            OnAnswer(Scan.NumberAfter(frame, "{\"re\":"u8), frame);
        }
        else if (frame.StartsWith("{\"ev\":\"page\""u8))
        {
            Pages++;
            PageBytes += frame.Length;
            OnlineContacts += Scan.Count(frame, "\"status\":\"online\""u8);
            OnPage(frame);
        }
        else if (frame.StartsWith("{\"ev\":\"ready\""u8))
        {
            _isReady = true;
            CheckReady();
        }
        else
        {
            if (frame.StartsWith("{\"ev\":\"presence\""u8) && frame.IndexOf("\"status\":\"online\""u8) >= 0)
            {
                OnlineContacts++;
                CheckReady();
            }

            OnEvent(frame);
        }
    }

    protected virtual void OnPage(ReadOnlySpan<byte> frame)
    {
    }

    protected virtual void OnEvent(ReadOnlySpan<byte> frame)
    {
    }

    protected virtual void OnAnswer(int id, ReadOnlySpan<byte> frame)
    {
        if (id == HelloId)
        {
            if (frame.IndexOf("\"ok\":"u8) < 0)
            {
                _ready.TrySetException(new BenchException($"hello was refused: {Encoding.UTF8.GetString(frame)}"));
            }

            return;
        }

        TaskCompletionSource<string>? asked;
        lock (_asked)
        {
            _asked.Remove(id, out asked);
        }

        asked?.TrySetResult(Encoding.UTF8.GetString(frame));
    }

    private void CheckReady()
    {
        if (_isReady && OnlineContacts >= _expectedOnline)
        {
            _ready.TrySetResult();
        }
    }

    protected override void OnLost(Exception reason)
    {
        _ready.TrySetException(reason);
        lock (_asked)
        {
            foreach (var asked in _asked.Values)
            {
                asked.TrySetException(reason);
            }

            _asked.Clear();
        }
    }
}
