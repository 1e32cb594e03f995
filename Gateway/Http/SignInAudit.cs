using OrleansIM.Audit;
using OrleansIM.Gateway.Sessions;

namespace OrleansIM.Gateway.Http;

/// <summary>
/// Sign-ins that fail. The account writes down itself whom it lets in and whom it refuses, but may not be reached, or fail;
/// then nobody gets in, and only here that is known. Whether there is such an account is not, so none is named.
/// </summary>
internal static class SignInAudit
{
    /// <summary>Writes down if a sign-in throws. Who has gone meanwhile is not told anything.</summary>
    public static async Task<T> OnFailureAsync<T>(this SecurityAudit audit, string with, Task<T> signIn, CancellationToken gone)
    {
        try
        {
            return await signIn;
        }
        catch (Exception failure) when (!gone.IsCancellationRequested)
        {
            audit.OnFailure(with, Faults.ToRefusal(failure));
            throw;
        }
    }

    public static void OnFailure(this SecurityAudit audit, string with, Refusal refusal) => audit.Write(AuditEvents.SignIn, null, refusal.Code, detail: with);
}
