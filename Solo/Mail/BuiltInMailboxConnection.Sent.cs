namespace OrleansIM.Mail;

/// <content>The folder for sent mail.</content>
internal sealed partial class BuiltInMailboxConnection
{
    /// <summary>As on the wire, once it is known.</summary>
    private string? _sent;

    public Task<bool> AppendToSentAsync(byte[] message, string messageId, CancellationToken cancellation) => RunAsync(async () =>
    {
        if (await HasSentAsync(messageId, cancellation))
        {
            return false;
        }

        var folder = await FindSentAsync(cancellation) ?? await CreateSentAsync(cancellation);
        var status = await AppendAsync(folder, message, cancellation);
        if (status.Code == "TRYCREATE")
        {
            // Somebody has removed it since it was found.
            await CreateAsync(folder, cancellation);
            status = await AppendAsync(folder, message, cancellation);
        }

        status.OrThrow(session.Host, status.Code == "OVERQUOTA" ? "keep the sent mail, the mailbox is full" : "keep the sent mail");
        return true;
    });

    public Task<bool> IsSentAsync(string messageId, CancellationToken cancellation)
        => RunAsync(() => HasSentAsync(messageId, cancellation));

    private async Task<ImapStatus> AppendAsync(string folder, byte[] message, CancellationToken cancellation)
        => await session.RunAsync(session.Command("APPEND ").Folder(folder).Raw(" (\\Seen) ").Literal(message), cancellation);

    private async Task<bool> HasSentAsync(string messageId, CancellationToken cancellation)
    {
        if (await FindSentAsync(cancellation) is not { } folder)
        {
            return false;
        }

        if (!await EnterAsync(folder, cancellation))
        {
            _sent = null;
            return false;
        }

        var found = new UidCollector(1);
        var search = session.Command("UID SEARCH HEADER MESSAGE-ID ").String(messageId);
        (await session.RunAsync(search, cancellation, static (string name, uint _, ref ImapParser _) => name == "SEARCH", found))
            .OrThrow(session.Host, "search the folder for sent mail");
        return found.Count > 0;
    }

    private async Task<string?> FindSentAsync(CancellationToken cancellation)
    {
        await session.EndIdleAsync(cancellation);
        if (_sent is not null)
        {
            return _sent;
        }

        var folders = new SentFolders();
        if (session.Capabilities.Has("SPECIAL-USE") && session.Capabilities.Has("LIST-EXTENDED"))
        {
            await session.RunAsync("LIST (SPECIAL-USE) \"\" \"*\" RETURN (SPECIAL-USE)", cancellation, folders.Take);
        }

        if (folders.Name is null)
        {
            // Without the attribute, or where it is told along with all folders.
            var list = session.Capabilities.Has("XLIST") && !session.Capabilities.Has("SPECIAL-USE") ? "XLIST" : "LIST";
            (await session.RunAsync($"{list} \"\" \"*\"", cancellation, folders.Take)).OrThrow(session.Host, "list its folders");
        }

        return _sent = folders.Name;
    }

    private async Task<string> CreateSentAsync(CancellationToken cancellation)
        => _sent = await CreateAsync(await PrefixAsync(cancellation) + SentFolderNames.New, cancellation);

    private async Task<string> CreateAsync(string name, CancellationToken cancellation)
    {
        var use = session.Capabilities.Has("CREATE-SPECIAL-USE") ? " (USE (\\Sent))" : "";
        var status = await session.RunAsync(session.Command("CREATE ").Folder(name).Raw(use), cancellation);
        if (!status.IsOk && use.Length > 0)
        {
            status = await session.RunAsync(session.Command("CREATE ").Folder(name), cancellation);
        }

        if (status.Code != "ALREADYEXISTS")
        {
            status.OrThrow(session.Host, "make a folder for sent mail");
        }

        // Mail programs show the folders that are subscribed to.
        await session.RunAsync(session.Command("SUBSCRIBE ").Folder(name), cancellation);
        return name;
    }

    /// <summary>What the user's own folders begin with: nothing, or <c>INBOX.</c> (RFC 2342).</summary>
    private async Task<string> PrefixAsync(CancellationToken cancellation)
    {
        var prefix = "";
        if (session.Capabilities.Has("NAMESPACE"))
        {
            await session.RunAsync("NAMESPACE", cancellation, (string name, uint _, ref ImapParser rest) =>
            {
                if (name == "NAMESPACE")
                {
                    prefix = rest.Value()[0][0].Text ?? "";
                }

                return name == "NAMESPACE";
            });
        }

        return prefix.Length <= 256 ? prefix : "";
    }
}
