namespace OrleansIM.LoadTest.Checking;

/// <summary>
/// One connection as it comes from the wire: which pages are open, and that each has its events by number, once and in
/// order. Below the SDK, which mends much of what a server does wrong. Called by the reader of the connection alone.
/// </summary>
/// <param name="viewer">The account that signed in.</param>
/// <param name="session">What the session is called in findings.</param>
/// <param name="began">When the connection began.</param>
/// <param name="world">What all connections share.</param>
internal sealed class StreamCheck(int viewer, string session, long began, CheckedWorld world)
{
    private readonly Dictionary<int, Stream> _streams = [];
    private readonly Dictionary<int, long> _resume = [];

    /// <summary>Whether an event is missing that may still come.</summary>
    public bool HasOpenGap => _streams.Values.Any(stream => stream.Missing is { Count: > 0 });

    /// <summary>Pages that are open, and the last durable event of each.</summary>
    public IEnumerable<KeyValuePair<int, long>> Cursors
    {
        get
        {
            lock (_streams)
            {
                return [.. _streams.Where(pair => pair.Value.IsOpen).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Next - 1))];
            }
        }
    }

    /// <summary>The client asked to go on after this event.</summary>
    public void Resume(int account, long cursor) => _resume[account] = cursor;

    /// <summary>A page came.</summary>
    public void Page(int account, string name, long cursor, bool resumed, long at)
    {
        if (account == Names.Stranger || !world.Rights.CouldSee(viewer, account, began, at))
        {
            world.Findings.Add(Fault.Leak, $"{session} got the page of {name}, which it was not entitled to");
        }

        lock (_streams)
        {
            var stream = Of(account);
            if (stream.IsOpen)
            {
                CloseGap(account, stream);
            }

            stream.IsOpen = true;
            stream.Missing = null;
            if (resumed && !_resume.ContainsKey(account))
            {
                world.Findings.Add(Fault.Corrupted, $"{session} got a resumed page of {name} that it had not asked for");
            }

            stream.Next = (resumed ? _resume.GetValueOrDefault(account) : cursor) + 1;
        }
    }

    /// <summary>An account has left the session.</summary>
    public void PageGone(int account)
    {
        lock (_streams)
        {
            if (_streams.TryGetValue(account, out var stream) && stream.IsOpen)
            {
                CloseGap(account, stream);
                stream.IsOpen = false;
            }
        }
    }

    /// <summary>An event without a number.</summary>
    /// <param name="account">Whose page.</param>
    /// <param name="name">Its name.</param>
    /// <param name="what">The event's name.</param>
    /// <param name="about">The account it tells of; null for events that tell of none.</param>
    public void Ephemeral(int account, string name, string what, string? about = null)
    {
        if (!IsOpen(account))
        {
            world.Findings.Add(Fault.Leak, $"{session} got {what} of {name}, whose page it does not have");
        }
        else if (about is not null && !world.MayHearOf(account, world.Names.Find(about)))
        {
            world.Findings.Add(Fault.Leak, $"{session} got {what} of {about}, who is no friend of {name}");
        }
    }

    /// <summary>A durable event that is no message of this run.</summary>
    public void Durable(int account, string name, string what, long seq)
    {
        if (Follow(account, name, what, seq))
        {
            world.Ledger.SawOther(account, seq);
        }
    }

    /// <summary>An event that has its place, and of which nothing else can be said.</summary>
    public void Skip(int account, string name, long seq) => Follow(account, name, "something unreadable", seq);

    /// <summary>A message of this run.</summary>
    /// <returns>What is known of it, as it was before; null where nothing is.</returns>
    public Message? Message(int account, string name, long seq, MessageMark mark, ReadOnlySpan<char> from, ReadOnlySpan<char> to, long at)
    {
        var isFollowing = Follow(account, name, "a message", seq);
        if (world.Ledger.Find(mark) is not { } conversation)
        {
            world.Findings.Add(Fault.Corrupted, $"{session}: {name} has a message under {seq} that nobody has sent");
            return null;
        }

        if (world.Names.Find(from) != conversation.From || world.Names.Find(to) != conversation.To)
        {
            world.Findings.Add(Fault.Corrupted, $"{session}: {world.Ledger.Describe(mark)} came as from {from} to {to}");
        }

        if (account != conversation.From && account != conversation.To)
        {
            world.Findings.Add(Fault.Leak, $"{session}: {world.Ledger.Describe(mark)} came on the page of {name}");
            return null;
        }

        if (!isFollowing)
        {
            return null;
        }

        var known = world.Ledger.Saw(account, seq, mark, inLog: false);
        if (known is { } message && !world.Rights.CouldSee(viewer, account, message.Began, at))
        {
            world.Findings.Add(Fault.Leak, $"{session} got {world.Ledger.Describe(mark)} on the page of {name}, which it was not entitled to since before it was sent");
        }

        return known;
    }

    /// <summary>Nothing more comes: what is missing now has been left out.</summary>
    public void End()
    {
        lock (_streams)
        {
            foreach (var (account, stream) in _streams)
            {
                CloseGap(account, stream);
            }
        }
    }

    private bool IsOpen(int account)
    {
        lock (_streams)
        {
            return account != Names.Stranger && _streams.TryGetValue(account, out var stream) && stream.IsOpen;
        }
    }

    /// <summary>Whether a durable event belongs to the stream at all; the order of those that do is looked at.</summary>
    private bool Follow(int account, string name, string what, long seq)
    {
        if (!IsOpen(account))
        {
            world.Findings.Add(Fault.Leak, $"{session} got {what} of {name} ({seq}), whose page it does not have");
            return false;
        }

        lock (_streams)
        {
            var stream = _streams[account];
            if (seq >= stream.Next)
            {
                for (var left = stream.Next; left < seq && (stream.Missing ??= []).Count < 10_000; left++)
                {
                    stream.Missing.Add(left);
                }

                stream.Next = seq + 1;
            }
            else if (stream.Missing?.Remove(seq) is true)
            {
                world.Findings.Add(Fault.Reordered, $"{session}: {seq} of {name} came after a later one");
            }
            else
            {
                world.Findings.Add(Fault.Duplicated, $"{session}: {seq} of {name} came again");
            }
        }

        return true;
    }

    private void CloseGap(int account, Stream stream)
    {
        if (stream.Missing is { Count: > 0 } missing)
        {
            world.Findings.Add(Fault.Gap, $"{session}: {missing.Min}{(missing.Count > 1 ? $" to {missing.Max}" : "")} of {world.Names.Of(account)} was left out", missing.Count);
            missing.Clear();
        }
    }

    private Stream Of(int account)
    {
        if (!_streams.TryGetValue(account, out var stream))
        {
            _streams[account] = stream = new Stream();
        }

        return stream;
    }

    private sealed class Stream
    {
        public bool IsOpen { get; set; }

        /// <summary>The number of the event that comes next.</summary>
        public long Next { get; set; }

        /// <summary>Numbers that were jumped over.</summary>
        public SortedSet<long>? Missing { get; set; }
    }
}

/// <summary>What all connections of a run share.</summary>
/// <param name="Names">The accounts.</param>
/// <param name="Ledger">The messages.</param>
/// <param name="Rights">Who may see whom.</param>
/// <param name="Findings">What is wrong.</param>
/// <param name="MayHearOf">Whether an account may hear of another one's presence and typing: its friends and itself.</param>
internal sealed record CheckedWorld(Names Names, Ledger Ledger, Rights Rights, Findings Findings, Func<int, int, bool> MayHearOf);
