using OrleansIM.Protocol;

namespace OrleansIM.Mail;

/// <summary>What went wrong at a mail server.</summary>
public enum MailFault
{
    /// <summary>The server refused the credentials.</summary>
    AuthenticationFailed = 1,
    /// <summary>No such host, nobody listens, no answer in time, the stream broke.</summary>
    Unreachable = 2,
    /// <summary>The server's certificate is not trusted, or it will not protect the connection.</summary>
    NotSecure = 3,
    /// <summary>The operator does not let this host be reached.</summary>
    HostNotAllowed = 4,
    /// <summary>The server understood and said no (NO, 4xx, 5xx): quota, folder gone, mail refused.</summary>
    Refused = 5,
    /// <summary>What the server says is not the protocol, or more than anybody wants to read.</summary>
    Garbage = 6,
    /// <summary>The connection broke after a message was handed over and before the server took it: it may be on its way.</summary>
    OutcomeUnknown = 7,
}

/// <summary>
/// Something went wrong at a mail server. The message says what in words for the mailbox's owner, without secrets and
/// without anything that the server could use to show more than one line.
/// </summary>
public sealed class MailException : Exception
{
    public MailException(MailFault fault, string message, Exception? inner = null)
        : base(message, inner) => Fault = fault;

    public MailFault Fault { get; }

    /// <summary>Whether the connection can still be used: the server said no, nothing broke.</summary>
    public bool IsAnswer => Fault is MailFault.Refused or MailFault.AuthenticationFailed;

    /// <summary>The code that a client sees.</summary>
    public string Code => Fault switch
    {
        MailFault.AuthenticationFailed => ErrorCodes.MailAuthFailed,
        MailFault.Refused => ErrorCodes.MailRefused,
        MailFault.HostNotAllowed => ErrorCodes.InvalidArgument,
        _ => ErrorCodes.MailUnreachable,
    };
}
