using OrleansIM.Grains.Keys;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>There is a new key: the secret is sealed with that.</summary>
internal sealed partial class MailboxBridgeGrain
{
    public async Task<bool> SealAgainAsync(Guid key)
    {
        using var gate = await _recordGate.EnterAsync();
        if (Record.Secret.Length == 0 || SealedText.KeyOf(Record.Secret) == key)
        {
            return true;
        }

        if (_secrets.Unprotect(Record.Secret) is not { } secret)
        {
            return false;
        }

        var text = _secrets.Protect(secret);
        if (SealedText.KeyOf(text) != key)
        {
            throw new InvalidOperationException("The new key is not in use in this process yet.");
        }

        await WriteRecordAsync(Record with { Secret = text });
        return true;
    }
}
