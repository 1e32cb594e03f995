using System.Text.Json;
using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <content>Every request, measured.</content>
public sealed partial class ImClient
{
    private Task<T> AskAsync<T>(
        string op, Action<Utf8JsonWriter>? fields, Func<JsonElement, T> read, CancellationToken ct, bool resend = false, TimeSpan? limit = null) =>
        _options.MeasureAsync(op, () => AnswerAsync(op, fields, read, resend, limit, ct));
}
