using Microsoft.AspNetCore.Http;

namespace OrleansIM.Gateway.CardDav;

/// <summary>Privileges that nobody has here (RFC 3744, section 7.1.1): a client is told which, and gives its change up.</summary>
internal static class DavPrivileges
{
    /// <summary>What a method that changes something needs; null for any other.</summary>
    public static string? OfWriting(string method) => method switch
    {
        "PUT" or "PATCH" => "write-content",
        "PROPPATCH" => "write-properties",
        "POST" or "MKCOL" or "COPY" => "bind",
        "DELETE" or "MOVE" => "unbind",
        "LOCK" => "write",
        "UNLOCK" => "unlock",
        "ACL" => "write-acl",
        _ => null,
    };

    public static DavAnswer Missing(HttpContext http, DavPath path, string privilege) =>
        DavAnswer.Failed(DavNames.Dav + "need-privileges", StatusCodes.Status403Forbidden, xml =>
        {
            // What is in a collection comes and goes by the collection's privileges.
            var about = path.IsCard && privilege is ("bind" or "unbind") ? path.BookOf() : path;
            xml.Start(DavNames.Dav + "resource");
            xml.Href(about.ToHref(http.Request.PathBase.Value ?? ""));
            xml.Start(DavNames.Dav + "privilege");
            xml.Element(DavNames.Dav + privilege);
            xml.WriteEndElement();
            xml.WriteEndElement();
        });
}
