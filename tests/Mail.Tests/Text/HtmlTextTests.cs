using System.Diagnostics;

namespace OrleansIM.Mail.Tests.Text;

public sealed class HtmlTextTests
{
    private const string Newsletter =
        "<!DOCTYPE html><html><head><title>no</title><style>p{a:b}</style></head><body class='x'><!-- no --><h1>Gr&ouml;&szlig;e</h1>"
        + "<p>One <b>two</b> <img src='a.png' alt='no'>three &amp; f<i>ou</i>r<br>five</p><script>if (a < b) no();</script>"
        + "<table><tr><td>six</td><td>seven</td></tr></table>😀 end</body></html>";

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("<p>a</p><p>b</p>", "a b")]
    [InlineData("a<b>b</b>c", "abc")]
    [InlineData("a<br>b<br/>c", "a b c")]
    [InlineData("<ul><li>a<li>b</ul>", "a b")]
    [InlineData("&lt;b&gt; &amp;amp; &euro;&#8364;&#x20AC; &nbsp; &copy", "<b> &amp; €€€ ©")]
    [InlineData("1 < 2 and 3 > 2", "1 < 2 and 3 > 2")]
    [InlineData("<style>p{}</style>a<script>'<p>no</p>'</script>b", "ab")]
    [InlineData("<title>no</title>yes<template><p>no</p></template>", "yes")]
    [InlineData("<img alt='no' title='no'>", "")]
    [InlineData("<svg><title>no</title><svg>no</svg><text>no</text></svg>yes", "yes")]
    [InlineData("<svg/>yes", "yes")]
    [InlineData("a<!-- <p>no</p> -->b<![if !mso]>c<![endif]>", "abc")]
    [InlineData("<textarea><b>text</b></textarea>", "<b>text</b>")]
    [InlineData("<div style='display:none'>teaser</div>", "teaser")]
    [InlineData("a<o:p></o:p>b<xml><w:x>no</w:x></xml>", "ab")]
    [InlineData("</p></div>a</b></x>", "a")]
    public void ToText_Html_IsWhatAReaderSees(string html, string expected) => Assert.Equal(expected, MailText.Preview(HtmlText.ToText(html)));

    [Fact]
    public void ToText_CutAnywhere_IsTheBeginningOfTheWhole()
    {
        var whole = MailText.Preview(HtmlText.ToText(Newsletter));
        Assert.Equal("Größe One two three & four five six seven 😀 end", whole);
        for (var length = 0; length < Newsletter.Length; length++)
        {
            var text = MailText.Preview(HtmlText.ToText(Newsletter[..length]));

            // Half an entity or half a surrogate pair at the end is shown as it is.
            Assert.StartsWith(text.Split("&")[0].TrimEnd('\uFFFD', ' '), whole, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("<div>")]
    [InlineData("<b a1 b2><p>x")]
    [InlineData("<table><tr><td>")]
    [InlineData("<svg>")]
    [InlineData("<!--")]
    [InlineData("<script>")]
    [InlineData("<a href='")]
    [InlineData("&")]
    [InlineData("<")]
    public void ToText_AnythingAHundredThousandTimes_TakesLittleTime(string html)
    {
        var watch = Stopwatch.StartNew();

        HtmlText.ToText(string.Concat(Enumerable.Repeat(html, 100_000 / html.Length)) + "end");

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"It took {watch.Elapsed}.");
    }

    [Fact]
    public void ToText_DeepNesting_ReachesTheText()
        => Assert.Equal("bottom", HtmlText.ToText(string.Concat(Enumerable.Repeat("<div>", 50_000)) + "bottom").Trim());
}
