using OrleansIM.Links;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Frames;

/// <summary>What a request is answered with: a refusal, or a value that <see cref="AnswerFrame"/> can write.</summary>
internal readonly record struct Reply(Refusal? Refusal, object? Value)
{
    public static Reply Empty => default;

    public static Reply Ok(object? value) => new(null, value);

    public static implicit operator Reply(Refusal refusal) => new(refusal, null);

    public static Reply Of(Outcome outcome) => new(outcome.Refusal, null);

    public static Reply Of<T>(Outcome<T> outcome) where T : class => new(outcome.Refusal, outcome.Value);
}

/// <summary>What <c>hello</c> is answered with.</summary>
internal sealed record HelloAnswer(string Session, IReadOnlyList<HelloAccount> Accounts, TimeSpan Heartbeat);

/// <summary>An account of a session, and by which way it is in it.</summary>
internal sealed record HelloAccount(string Account, LinkRole Role, string Via);

/// <summary>The state of a relation, as an answer.</summary>
internal sealed record ContactStateAnswer(Contacts.ContactState State);

/// <summary>A page of history, as an answer.</summary>
internal sealed record HistoryAnswer(string Account, Messages.HistoryPage Page, int MaxBytes, bool IsForward);

/// <summary>Everything that gets at an account, as an answer.</summary>
internal sealed record DevicesAnswer(DeviceInfo[] Devices, string Own);

/// <summary>The devices of an account, as an answer.</summary>
internal sealed record SessionsAnswer(SessionInfo[] Sessions, string Own);
