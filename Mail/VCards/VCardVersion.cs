namespace OrleansIM.Mail;

/// <summary>The versions of vCard that are written. All, and 2.1, are read.</summary>
public enum VCardVersion
{
    /// <summary>RFC 2426.</summary>
    V3 = 3,
    /// <summary>RFC 6350.</summary>
    V4 = 4,
}
