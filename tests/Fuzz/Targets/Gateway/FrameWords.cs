using OrleansIM.Gateway.Ops;

namespace OrleansIM.Fuzz.Targets;

/// <summary>The language of the stream's frames.</summary>
internal static class FrameWords
{
    public static IReadOnlyList<string> All { get; } =
    [
        .. OpTable.Names.Select(name => $"\"{name}\""),
        "\"id\":1", "\"op\":", "\"as\":\"ann\"", "\"as\":\"@me\"", "\"account\":\"@friend\"", "\"to\":\"@friend\"", "\"to\":\"group:@group\"", "\"group\":\"@group\"", "\"cid\":\"c\"",
        "\"body\":\"x\"", "\"kind\":", "\"accounts\":[", "\"members\":[", "\"upTo\":", "\"before\":", "\"after\":", "\"limit\":", "\"key\":\"k\"", "\"value\":", "\"status\":\"away\"",
        "\"note\":", "\"on\":true", "\"labels\":[", "\"settings\":{", "\"presence\":{", "\"resume\":{", "\"token\":", "\"mentions\":[", "\"role\":\"master\"", "\"password\":",
        "\"jwt\":", "\"session\":", "\"displayName\":", "\"email\":", "\"address\":\"a@b.c\"", "\"imap\":{", "\"auth\":{", "\"type\":\"oauth2\"", "\"host\":", "\"port\":", "\"security\":",
        "true", "false", "null", "[]", "{}", "\"\"", ",", ":", "{", "}", "[", "]", "\\ud83d", "\\ude00", "\\u0000", "\\n", "\\\"", "\"a\\u0073\":\"ann\"", "\u00e9", "\U0001F600",
        "group:", "a@b.c", "ANN", "bob", "\uFEFF", "/*", "//", "1e999", "-1",
    ];
}
