using System.Net;
using System.Text;

namespace OrleansIM.Benchmarks.EndToEnd.Wire;

/// <summary>
/// A raw XMPP client: SASL PLAIN, bind, roster, initial presence, stanzas. What it knows of XML is where a stanza ends,
/// which is enough for the output of ejabberd: no comments, no CDATA, no bare <c>&gt;</c> in attributes.
/// </summary>
internal class XmppConnection(string user, string domain, string password) : ByteConnection
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Step _step;
    private int _expectedPresences;
    private bool _hasRoster;

    private enum Step
    {
        Authenticating,
        Authenticated,
        Restarted,
        Binding,
        Signed,
    }

    /// <summary>Signs in and returns when the roster and the presences of that many contacts are there.</summary>
    public async Task SignInAsync(IPEndPoint server, int onlineContacts, CancellationToken cancellation)
    {
        _expectedPresences = onlineContacts;
        await OpenAsync(server, cancellation);
        OpenStream();
        StartReading();
        try
        {
            await _ready.Task.WaitAsync(TimeSpan.FromSeconds(20), cancellation);
        }
        catch (TimeoutException)
        {
            throw new BenchException($"{user} signed in only so far in 20 s: {_step}, {(_hasRoster ? "roster" : "no roster")}, {_expectedPresences} presence(s) missing.");
        }
    }

    /// <summary>Adds a stanza to what the next flush sends.</summary>
    protected void Queue(ReadOnlySpan<byte> stanza) => Append([], stanza);

    /// <summary>A message stanza has come.</summary>
    protected virtual void OnMessage(ReadOnlySpan<byte> stanza)
    {
    }

    protected override void OnLost(Exception reason) => _ready.TrySetException(reason);

    protected override int Consume(Span<byte> data)
    {
        var position = 0;
        while (TryMeasure(data[position..], out var length))
        {
            OnStanza(data.Slice(position, length));
            position += length;
        }

        return position;
    }

    /// <summary>The length of the first stanza, or of the stream's opening tag.</summary>
    private static bool TryMeasure(ReadOnlySpan<byte> data, out int length)
    {
        length = 0;
        var depth = 0;
        while (true)
        {
            var open = data[length..].IndexOf((byte)'<');
            var close = open < 0 ? -1 : data[(length + open)..].IndexOf((byte)'>');
            if (close < 0)
            {
                return false;
            }

            var tag = data.Slice(length + open, close + 1);
            length += open + close + 1;
            if (tag.StartsWith("<?"u8) || tag.StartsWith("<stream:stream"u8) || tag.StartsWith("</stream:stream"u8))
            {
                return true;
            }

            depth += tag[1] == '/' ? -1 : tag[^2] == '/' ? 0 : 1;
            if (depth == 0)
            {
                return true;
            }
        }
    }

    private void OnStanza(ReadOnlySpan<byte> stanza)
    {
        if (stanza.StartsWith("<message"u8))
        {
            OnMessage(stanza);
        }
        else if (stanza.StartsWith("<presence"u8))
        {
            OnPresence(stanza);
        }
        else if (stanza.StartsWith("<iq"u8))
        {
            OnAnswer(stanza);
        }
        else if (stanza.StartsWith("<stream:features"u8))
        {
            OnFeatures();
        }
        else if (stanza.StartsWith("<success"u8))
        {
            _step = Step.Restarted;
            OpenStream();
        }
        else if (stanza.StartsWith("<failure"u8) || stanza.StartsWith("<stream:error"u8))
        {
            throw new BenchException($"XMPP: {Encoding.UTF8.GetString(stanza)}");
        }
    }

    private void OnFeatures()
    {
        if (_step == Step.Authenticating)
        {
            _step = Step.Authenticated;
            var secret = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{password}"));
            Queue(Encoding.ASCII.GetBytes($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>"));
        }
        else
        {
            _step = Step.Binding;
            Queue("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"u8);
        }
    }

    private void OnAnswer(ReadOnlySpan<byte> stanza)
    {
        if (stanza.IndexOf("type='error'"u8) >= 0)
        {
            throw new BenchException($"XMPP: {Encoding.UTF8.GetString(stanza)}");
        }

        if (_step == Step.Binding)
        {
            _step = Step.Signed;
            Queue("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq><presence/>"u8);
        }
        else if (stanza.IndexOf("id='roster'"u8) >= 0)
        {
            _hasRoster = true;
            CheckReady();
        }
    }

    private void OnPresence(ReadOnlySpan<byte> stanza)
    {
        // The server tells the user of its own presence too.
        var from = Scan.TextAfter(stanza, "from='"u8, (byte)'@');
        if (stanza.IndexOf("type="u8) < 0 && from != user)
        {
            _expectedPresences--;
            CheckReady();
        }
    }

    private void CheckReady()
    {
        if (_hasRoster && _expectedPresences <= 0)
        {
            _ready.TrySetResult();
        }
    }

    private void OpenStream()
    {
        Queue(Encoding.ASCII.GetBytes(
            $"<?xml version='1.0'?><stream:stream to='{domain}' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"));
        Flush();
    }
}
