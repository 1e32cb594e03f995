namespace OrleansIM.Benchmarks.EndToEnd.Measuring;

/// <summary>Pairs of signed-in users, the first of each writing to the second.</summary>
internal interface IPairs
{
    PairLedger Ledger { get; }

    /// <summary>While set, every confirmation is followed by the next message of the pair.</summary>
    bool IsRefilling { get; set; }

    /// <summary>The process that serves them.</summary>
    int ServerId { get; }

    /// <summary>All of them, where there are several.</summary>
    IReadOnlyList<int> Servers => [ServerId];

    /// <summary>Its database's process, if it has one.</summary>
    int? DatabaseId { get; }

    /// <summary>Sends the pair's next message.</summary>
    void Send(int pair);
}
