namespace OrleansIM.Hosting.Storage;

internal sealed partial class StorageStartup
{
    [LoggerMessage(1, LogLevel.Information, "{Database} is open and its schema up to date, after {Milliseconds} ms.")]
    private partial void LogOpened(string database, long milliseconds);

    [LoggerMessage(2, LogLevel.Information, "This server makes its keys now: they seal tokens and the secrets of mailboxes, and are in the database. To have them encrypted there: Keys:CertificateFile.")]
    private partial void LogKeysAsTheyAre();

    [LoggerMessage(3, LogLevel.Information, "{Database} is open, after {Milliseconds} ms. A newer OrleansIM has brought it to schema {Found}, which programs that know {Oldest} or later can work with; this one knows {Known}.")]
    private partial void LogOpenedNewer(string database, long milliseconds, int found, int oldest, int known);
}
