using System.Collections.Frozen;
using System.Text;
using AngleSharp.Html;
using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;
using AngleSharp.Text;

namespace OrleansIM.Mail;

/// <summary>What a reader sees of a mail in HTML, as plain text.</summary>
public static class HtmlText
{
    private static readonly FrozenSet<string> s_unseen = FrozenSet.Create(
        "title", "style", "script", "template", "svg", "math", "xml", "iframe", "noembed", "noframes", "rp");

    private static readonly FrozenSet<string> s_breaking = FrozenSet.Create(
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl",
        "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html",
        "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th",
        "thead", "tr", "ul");

    /// <summary>
    /// The text between the tags, entities decoded. Not in it: title, style, script, template, SVG and other things that are
    /// no text, comments, alternative texts of images. Where a block, a table cell or a line ends there is a line break.
    /// Hidden text stays, because that is where senders put what they want to be previewed.
    /// </summary>
    /// <remarks>
    /// Time and memory grow with the length of the input, whatever is in it: it is read tag by tag, no tree is built. The
    /// input may end anywhere; half a tag at the end is dropped.
    /// </remarks>
    public static string ToText(string html)
    {
        // By the rules of HTML these two would be text at the end of the input.
        var whole = html.EndsWith("</", StringComparison.Ordinal) ? html[..^2] : html.EndsWith('<') ? html[..^1] : html;
        using var source = new TextSource(whole);
        var tokens = new HtmlTokenizer(source, HtmlEntityProvider.Resolver)
        {
            SkipComments = true,
            ShouldEmitAttribute = static (ref _, _) => false,
        };
        var text = new StringBuilder(html.Length);
        var unseen = new Unseen();
        for (var token = tokens.Get(); token.Type != HtmlTokenType.EndOfFile; token = tokens.Get())
        {
            Read(token, tokens, text, ref unseen);
        }

        return text.ToString();
    }

    private static void Read(HtmlToken token, HtmlTokenizer tokens, StringBuilder text, ref Unseen unseen)
    {
        switch (token.Type)
        {
            case HtmlTokenType.Character when !unseen.IsInside:
                text.Append(token.Data);
                break;
            case HtmlTokenType.StartTag:
                // What a browser's tree builder tells its tokenizer: tags in these are text.
                tokens.State = ModeOf(token.Name);
                unseen.Open(token);
                Break(token, text);
                break;
            case HtmlTokenType.EndTag:
                unseen.Close(token);
                Break(token, text);
                break;
        }
    }

    private static void Break(HtmlToken token, StringBuilder text)
    {
        if (s_breaking.Contains(token.Name))
        {
            text.Append('\n');
        }
    }

    private static HtmlParseMode ModeOf(string element) => element switch
    {
        "title" or "textarea" => HtmlParseMode.RCData,
        "style" or "xmp" or "iframe" or "noembed" or "noframes" => HtmlParseMode.Rawtext,
        "script" => HtmlParseMode.Script,
        "plaintext" => HtmlParseMode.Plaintext,
        _ => HtmlParseMode.PCData,
    };

    /// <summary>The outermost element that is not shown, and how often it stands in itself.</summary>
    private struct Unseen
    {
        private string? _name;
        private int _depth;

        public readonly bool IsInside => _name is not null;

        public void Open(HtmlToken token)
        {
            var closesItself = token is HtmlTagToken { IsSelfClosing: true } && token.Name is "svg" or "math" or "xml";
            if (_name is null && s_unseen.Contains(token.Name) && !closesItself)
            {
                (_name, _depth) = (token.Name, 1);
            }
            else if (token.Name == _name && !closesItself)
            {
                _depth++;
            }
        }

        public void Close(HtmlToken token)
        {
            if (token.Name == _name && --_depth == 0)
            {
                _name = null;
            }
        }
    }
}
