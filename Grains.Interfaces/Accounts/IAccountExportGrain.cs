namespace OrleansIM.Accounts;

/// <summary>
/// Everything that is kept about an account (key: account id), for its owner to take along: lines of JSON as docs/protocol.md
/// has them ("Export"), page by page, so that nobody holds all of it.
/// </summary>
[Alias("im.IAccountExportGrain")]
public interface IAccountExportGrain : IGrainWithStringKey
{
    /// <summary>
    /// Answers the first page. Refused: as <see cref="IAccountCredentialsGrain.CloseAsync"/>, and <c>slow_down</c> after
    /// <c>Accounts:ExportsPerHour</c>.
    /// </summary>
    [Alias("BeginExport")]
    Task<Outcome<ExportPage>> BeginExportAsync(OwnerProof proof, CancellationToken cancellation = default);

    /// <summary>Answers the page at a cursor that a page before has named. Refused: <c>unauthenticated</c>, <c>forbidden</c>.</summary>
    [Alias("ReadExport")]
    Task<Outcome<ExportPage>> ReadExportAsync(TokenClaims token, ExportCursor cursor);
}

/// <summary>Some lines, each with its line end, and where it goes on.</summary>
[GenerateSerializer, Immutable, Alias("im.ExportPage")]
public sealed record ExportPage
{
    [Id(0)] public required byte[] Lines { get; init; }

    /// <summary>Null after the last page.</summary>
    [Id(1)] public ExportCursor? Next { get; init; }
}

/// <summary>How far an export is.</summary>
[GenerateSerializer, Immutable, Alias("im.ExportCursor")]
public sealed record ExportCursor
{
    /// <summary>The section that is being written.</summary>
    [Id(0)] public int Section { get; init; }

    /// <summary>The last item of it that was.</summary>
    [Id(1)] public string After { get; init; } = "";

    /// <summary>The last entry of the log that was.</summary>
    [Id(2)] public long Seq { get; init; }

    /// <summary>The entry that was the newest when the export began: it ends there.</summary>
    [Id(3)] public required long Head { get; init; }
}
