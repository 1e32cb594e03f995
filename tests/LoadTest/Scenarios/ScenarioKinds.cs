namespace OrleansIM.LoadTest.Scenarios;

/// <summary>The classes that play scenarios.</summary>
internal static class ScenarioKinds
{
    private static readonly Dictionary<string, Func<Scenario>> s_kinds = new(StringComparer.Ordinal)
    {
        ["signin-storm"] = () => new SignInStorm(),
        ["steady-chat"] = () => new SteadyChat(),
        ["presence-churn"] = () => new PresenceChurn(),
        ["reconnect-storm"] = () => new ReconnectStorm(),
        ["mail-burst"] = () => new MailBurst(),
        ["mixed"] = () => new Mixed(),
        ["soak"] = () => new Mixed(),
    };

    public static IEnumerable<string> Names => s_kinds.Keys;

    public static Scenario Create(string kind) => s_kinds[kind]();
}
