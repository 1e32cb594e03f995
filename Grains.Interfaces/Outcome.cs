namespace OrleansIM;

/// <summary>Why something was not done: a stable code of <c>OrleansIM.Protocol.ErrorCodes</c> and what to do about it.</summary>
[GenerateSerializer, Immutable, Alias("im.Refusal")]
public sealed record Refusal
{
    public Refusal(string code, string message, TimeSpan? retryAfter = null) =>
        (Code, Message, RetryAfter) = (code, message, retryAfter);

    [Id(0)] public string Code { get; init; }
    [Id(1)] public string Message { get; init; }

    /// <summary>When the same request can succeed, if that is known.</summary>
    [Id(2)] public TimeSpan? RetryAfter { get; init; }
}

/// <summary>
/// Done, or refused. An expected refusal is a result; an exception from a grain means a bug or infrastructure.
/// </summary>
[GenerateSerializer, Immutable, Alias("im.Outcome")]
public readonly record struct Outcome
{
    [Id(0)] public Refusal? Refusal { get; init; }

    public bool IsRefused => Refusal is not null;

    public static Outcome Done => default;

    public static implicit operator Outcome(Refusal refusal) => new() { Refusal = refusal };
}

/// <summary>A value, or the reason why there is none.</summary>
[GenerateSerializer, Immutable, Alias("im.Outcome`1")]
public readonly record struct Outcome<T>
{
    [Id(0)] public T? Value { get; init; }
    [Id(1)] public Refusal? Refusal { get; init; }

    public bool IsRefused => Refusal is not null;

    /// <summary>The value of an outcome that was not refused.</summary>
    public T Get() => Refusal is null
        ? Value!
        : throw new InvalidOperationException($"Refused: {Refusal.Code}: {Refusal.Message}");

    public static implicit operator Outcome<T>(Refusal refusal) => new() { Refusal = refusal };
    public static implicit operator Outcome<T>(T value) => new() { Value = value };
}
