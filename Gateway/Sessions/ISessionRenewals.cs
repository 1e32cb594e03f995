namespace OrleansIM.Gateway.Sessions;

/// <summary>Keeps the sessions of this gateway known at their accounts.</summary>
public interface ISessionRenewals
{
    /// <summary>
    /// Renews every session now instead of when it is due. For the host to call when a silo has left the cluster: the
    /// accounts that lived there are asked at once, start anew elsewhere, and the sessions open them again.
    /// </summary>
    void RenewNow();
}
