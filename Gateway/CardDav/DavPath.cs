using System.Diagnostics.CodeAnalysis;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.CardDav;

/// <summary>
/// A path of the address books: <c>/carddav/</c>, an account's <c>/carddav/ann/</c> (principal and home in one), its
/// <c>/carddav/ann/friends/</c>, and a card in there, <c>bob.vcf</c>.
/// </summary>
/// <param name="Account">Whose it is; null for the root.</param>
/// <param name="IsBook">The book, or a card in it.</param>
/// <param name="Friend">The friend whose card it is; null for anything else.</param>
internal sealed record DavPath(string? Account, bool IsBook = false, string? Friend = null)
{
    public const string Root = "/carddav";

    private const string Book = "friends";
    private const string Extension = ".vcf";

    public bool IsCard => Friend is not null;

    /// <summary>Reads a path that is not percent-encoded any more. False if there is nothing at it, whoever asks.</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out DavPath? found)
    {
        found = null;
        if (!path.StartsWith(Root, StringComparison.Ordinal) || path.Length > 256)
        {
            return false;
        }

        var parts = path[Root.Length..].Split('/');
        if (parts[0].Length > 0)
        {
            return false;
        }

        // A collection is the same with a slash at its end and without, a card is none.
        var isCollection = parts.Length > 1 && parts[^1].Length == 0;
        var names = parts[1..(isCollection ? ^1 : ^0)];
        found = names switch
        {
            [] => new DavPath(Account: null),
            [var account] when IsAccount(account) => new DavPath(account),
            [var account, Book] when IsAccount(account) => new DavPath(account, IsBook: true),
            [var account, Book, var card] when IsAccount(account) && !isCollection && FriendOf(card) is { } friend => new DavPath(account, IsBook: true, friend),
            _ => null,
        };
        return found is not null;
    }

    /// <summary>Reads an href of a request: a path, or an address of this server. False if it leads nowhere here.</summary>
    public static bool TryParseHref(string href, string pathBase, [NotNullWhen(true)] out DavPath? found)
    {
        found = null;
        var path = href.StartsWith('/') ? href : Uri.TryCreate(href, UriKind.Absolute, out var address) ? address.AbsolutePath : "";
        path = Uri.UnescapeDataString(path);
        return path.StartsWith(pathBase, StringComparison.Ordinal) && TryParse(path[pathBase.Length..], out found);
    }

    public DavPath Home => new(Account);

    public DavPath Card(string friend) => new(Account, IsBook: true, friend);

    public DavPath BookOf() => new(Account, IsBook: true);

    /// <summary>The path as it is told, percent-encoded.</summary>
    public string ToHref(string pathBase) => new Microsoft.AspNetCore.Http.PathString(pathBase).ToUriComponent() + Root + (this switch
    {
        { Account: null } => "/",
        { IsBook: false } => $"/{Uri.EscapeDataString(Account)}/",
        { Friend: null } => $"/{Uri.EscapeDataString(Account)}/{Book}/",
        _ => $"/{Uri.EscapeDataString(Account)}/{Book}/{Uri.EscapeDataString(Friend + Extension)}",
    });

    private static bool IsAccount(string name) => AccountIds.TryNormalize(name, out var id) && id == name;

    private static string? FriendOf(string card) =>
        card.EndsWith(Extension, StringComparison.Ordinal) && IsAccount(card[..^Extension.Length]) ? card[..^Extension.Length] : null;
}
