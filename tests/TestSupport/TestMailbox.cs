namespace OrleansIM.TestSupport;

/// <summary>A mailbox of a test's mail server.</summary>
public sealed record TestMailbox(string Address, string Password);
