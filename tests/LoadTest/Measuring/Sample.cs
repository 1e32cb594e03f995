namespace OrleansIM.LoadTest.Measuring;

/// <summary>One second of a run.</summary>
internal sealed record Sample
{
    /// <summary>Seconds since the load began.</summary>
    public required double At { get; init; }

    /// <summary>What the plan wants at that moment, per second.</summary>
    public required double Planned { get; init; }

    public required double Arrivals { get; init; }

    public required double Sent { get; init; }

    public required double Acknowledged { get; init; }

    public required double Delivered { get; init; }

    public required double SignIns { get; init; }

    /// <summary>Changes of presence that were answered.</summary>
    public required double Presences { get; init; }

    /// <summary>Mails that a session has been shown.</summary>
    public required double Mails { get; init; }

    public required double Errors { get; init; }

    /// <summary>Sessions that are open.</summary>
    public required int Online { get; init; }

    /// <summary>Arrivals that are being worked on.</summary>
    public required int UnderWay { get; init; }

    /// <summary>Resident memory of the servers in MB; null where they are not of this machine.</summary>
    public required double? MemoryMb { get; init; }

    /// <summary>Processors that the servers used.</summary>
    public required double? ServerCores { get; init; }

    /// <summary>Processors that this program used.</summary>
    public required double ClientCores { get; init; }

    /// <summary>Times by kind, as <see cref="Meter.Name"/>; kinds without any in this second are not in it.</summary>
    public required IReadOnlyDictionary<string, LatencyFigures> Times { get; init; }
}
