using System.Xml;

namespace OrleansIM.Mail;

/// <summary>
/// Reads a multistatus (RFC 4918, 13) one response after the other, so that memory holds one card and not the address book.
/// No DTD and so no entities, a limited depth, a limited size of texts and of responses.
/// </summary>
internal sealed class DavReader : IDisposable
{
    private const int MaxDepth = 32;
    private const int MaxElements = 2_000;

    private readonly XmlReader _reader;
    private readonly int _maxText;
    private readonly char[] _chunk = new char[4 * 1024];

    /// <param name="body">The body, itself bounded.</param>
    /// <param name="maxText">Characters of a text that are kept; the rest is passed over.</param>
    public DavReader(Stream body, int maxText)
    {
        _maxText = maxText;
        _reader = XmlReader.Create(body, new XmlReaderSettings
        {
            Async = true,
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        });
    }

    /// <summary>What stands after the responses, or between them: from where to go on (RFC 6578).</summary>
    public string? SyncToken { get; private set; }

    /// <summary>The next response; null at the end.</summary>
    /// <exception cref="XmlException">It is no multistatus.</exception>
    public async Task<DavResponse?> ReadAsync(CancellationToken cancellation)
    {
        while (await _reader.ReadAsync())
        {
            cancellation.ThrowIfCancellationRequested();
            if (_reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            var name = Name();
            if (_reader.Depth == 0)
            {
                if (name != DavName.Multistatus)
                {
                    throw new XmlException("This is no multistatus.");
                }

                continue;
            }

            var element = await ReadElementAsync(cancellation);
            if (name == DavName.SyncToken)
            {
                SyncToken = element.Text.Trim();
            }
            else if (name == DavName.Response && DavResponse.From(element) is { } response)
            {
                return response;
            }
        }

        return null;
    }

    public void Dispose() => _reader.Dispose();

    /// <summary>The element at which the reader stands, to its end.</summary>
    private async Task<DavElement> ReadElementAsync(CancellationToken cancellation)
    {
        var root = new DavElement(Name());
        if (_reader.IsEmptyElement)
        {
            return root;
        }

        var open = new Stack<DavElement>([root]);
        var count = 0;
        while (open.Count > 0 && await _reader.ReadAsync())
        {
            cancellation.ThrowIfCancellationRequested();
            switch (_reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (_reader.Depth > MaxDepth || ++count > MaxElements)
                    {
                        throw new XmlException("Too deep, or too much for one response.");
                    }

                    var child = new DavElement(Name());
                    open.Peek().Children.Add(child);
                    if (!_reader.IsEmptyElement)
                    {
                        open.Push(child);
                    }

                    break;
                case XmlNodeType.EndElement:
                    open.Pop();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    await ReadTextAsync(open.Peek());
                    break;
            }
        }

        return root;
    }

    private async Task ReadTextAsync(DavElement element)
    {
        while (element.TextLength < _maxText && await _reader.ReadValueChunkAsync(_chunk, 0, Math.Min(_chunk.Length, _maxText - element.TextLength)) is var read and > 0)
        {
            element.AddText(_chunk.AsSpan(0, read));
        }
    }

    private DavName Name() => new(_reader.NamespaceURI, _reader.LocalName);
}
