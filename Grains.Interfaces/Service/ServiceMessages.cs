namespace OrleansIM.Service;

/// <summary>A message of the service to accounts; shape and size were checked by the gateway.</summary>
[GenerateSerializer, Immutable, Alias("im.ServiceMessage")]
public sealed record ServiceMessage
{
    [Id(0)] public required string Body { get; init; }

    /// <summary>The app server's own id of the message: sending it again sends nothing again.</summary>
    [Id(1)] public required string Cid { get; init; }

    /// <summary>What the body is.</summary>
    [Id(2)] public required string Kind { get; init; }
}

/// <summary>What became of a message to several accounts.</summary>
[GenerateSerializer, Immutable, Alias("im.ServiceMessagesSent")]
public sealed record ServiceMessagesSent
{
    /// <summary>Who has it, in the order they were given.</summary>
    [Id(0)] public required DeliveredMessage[] Sent { get; init; }

    /// <summary>Who has not, and why.</summary>
    [Id(1)] public required UndeliveredMessage[] Failed { get; init; }
}

/// <summary>A message of the service in the log of an account.</summary>
[GenerateSerializer, Immutable, Alias("im.DeliveredMessage")]
public sealed record DeliveredMessage
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required string Id { get; init; }
    [Id(2)] public required DateTimeOffset SentAt { get; init; }
}

/// <summary>An account that did not get a message.</summary>
[GenerateSerializer, Immutable, Alias("im.UndeliveredMessage")]
public sealed record UndeliveredMessage
{
    [Id(0)] public required string Account { get; init; }

    /// <summary>The code of the refusal.</summary>
    [Id(1)] public required string Reason { get; init; }
}
