namespace OrleansIM.LoadTest.Measuring;

/// <summary>The times that are measured. Each counts from the moment that the plan intended, but for those that say otherwise.</summary>
internal sealed class Meters
{
    private readonly SortedDictionary<int, Meter> _signInByAccounts = [];

    public Meters() => All = [Latency, Acknowledgement, SignIn, Resume, Presence, Mail];

    /// <summary>A message: until a session of the recipient has it.</summary>
    public Meter Latency { get; } = new("latencyMs");

    /// <summary>A message: until the sender knows that it is stored.</summary>
    public Meter Acknowledgement { get; } = new("ackMs");

    /// <summary>A sign-in: until every page is there.</summary>
    public Meter SignIn { get; } = new("signInMs");

    /// <summary>A connection that broke: from connecting anew until every page is there.</summary>
    public Meter Resume { get; } = new("resumeMs");

    /// <summary>A change of presence: until the first friend sees it.</summary>
    public Meter Presence { get; } = new("presenceMs");

    /// <summary>A mail: from the mail server's word that it has it until the session has it.</summary>
    public Meter Mail { get; } = new("mailMs");

    public IReadOnlyList<Meter> All { get; }

    /// <summary>Sign-ins by the number of linked accounts.</summary>
    public IReadOnlyDictionary<int, Meter> SignInByAccounts
    {
        get
        {
            lock (_signInByAccounts)
            {
                return new SortedDictionary<int, Meter>(_signInByAccounts);
            }
        }
    }

    public void SignedIn(int accounts, long from, long to)
    {
        SignIn.Record(from, to);
        Meter? meter;
        lock (_signInByAccounts)
        {
            if (!_signInByAccounts.TryGetValue(accounts, out meter))
            {
                _signInByAccounts[accounts] = meter = new Meter("signInMs");
            }
        }

        meter.Record(from, to);
    }
}
