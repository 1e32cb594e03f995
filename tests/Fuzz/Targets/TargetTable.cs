using OrleansIM.Fuzz.Engine;

namespace OrleansIM.Fuzz.Targets;

/// <summary>Every target there is.</summary>
internal static class TargetTable
{
    private static readonly Func<FuzzTarget>[] s_targets =
    [
        () => new FramesTarget(),
        () => new VCardTarget(),
        () => new MimeTarget(),
        () => new ImapTarget(),
        () => new SmtpTarget(),
        () => new CardDavClientTarget(),
        () => new TokensTarget(),
        () => new JwtTarget(),
        () => new EntriesTarget(),
        () => new SdkTarget(),
        () => new SessionTarget(),
        () => new HttpTarget(),
        () => new CardDavTarget(),
    ];

    public static IEnumerable<FuzzTarget> CreateAll() => s_targets.Select(create => create());

    public static FuzzTarget? Create(string name) => CreateAll().FirstOrDefault(target => target.Name == name);
}
