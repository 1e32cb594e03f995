namespace OrleansIM.Mail.Tests.Text;

public sealed class PreviewPartTests
{
    private static readonly MailPart s_plain = Text("1", "plain"), s_html = Text("2", "html"), s_enriched = Text("3", "enriched");
    private static readonly MailPart s_image = new() { Section = "4", Type = "image", Subtype = "png", Size = 5000 };

    [Theory]
    [InlineData("plain", true)]
    [InlineData("PLAIN", true)]
    [InlineData("", true)]
    [InlineData("html", true)]
    [InlineData("markdown", true)]
    [InlineData("enriched", true)]
    [InlineData("calendar", false)]
    [InlineData("csv", false)]
    [InlineData("x-amp-html", false)]
    public void Choose_SingleText_IsItIfPeopleReadIt(string subtype, bool expected)
    {
        var part = Text("1", subtype);

        Assert.Same(expected ? part : null, PreviewPart.Choose(part));
    }

    [Fact]
    public void Choose_Alternative_IsPlainInAnyOrder()
    {
        Assert.Same(s_plain, PreviewPart.Choose(Multi("alternative", s_plain, s_html)));
        Assert.Same(s_plain, PreviewPart.Choose(Multi("ALTERNATIVE", s_html, s_plain)));
        Assert.Same(s_html, PreviewPart.Choose(Multi("alternative", s_enriched, s_html)));
        Assert.Same(s_html, PreviewPart.Choose(Multi("alternative", Text("9", "calendar"), Multi("related", s_html, s_image))));
        Assert.Same(s_plain, PreviewPart.Choose(Multi("alternative", Multi("mixed", s_html, s_image), Multi("mixed", s_image, s_plain))));
    }

    [Fact]
    public void Choose_AlternativeWithAnEmptyPlainPart_IsTheOther()
        => Assert.Same(s_html, PreviewPart.Choose(Multi("alternative", s_plain with { Size = 2 }, s_html)));

    [Fact]
    public void Choose_Mixed_IsTheFirstText()
    {
        Assert.Same(s_html, PreviewPart.Choose(Multi("mixed", s_image, s_html, s_plain)));
        Assert.Same(s_plain, PreviewPart.Choose(Multi("x-unknown", s_image, s_plain)));
        Assert.Same(s_plain, PreviewPart.Choose(Multi("report", s_plain, Message("delivery-status"), Message("rfc822", s_html))));
    }

    [Fact]
    public void Choose_Attachments_Never()
    {
        var attached = s_plain with { IsAttachment = true };

        Assert.Null(PreviewPart.Choose(attached));
        Assert.Same(s_html, PreviewPart.Choose(Multi("mixed", attached, s_html)));
        Assert.Null(PreviewPart.Choose(Multi("mixed", s_image, Multi("alternative", s_plain, s_html) with { IsAttachment = true })));
    }

    [Fact]
    public void Choose_ForwardedMessage_IsNotLookedInto()
    {
        Assert.Null(PreviewPart.Choose(Message("rfc822", s_plain)));
        Assert.Null(PreviewPart.Choose(Multi("digest", Message("rfc822", s_plain), Message("rfc822", s_html))));
        Assert.Same(s_html, PreviewPart.Choose(Multi("mixed", Message("rfc822", s_plain), s_html)));
    }

    [Fact]
    public void Choose_Related_IsItsRoot()
    {
        var root = s_html with { Id = "<root@x>" };

        Assert.Same(s_plain, PreviewPart.Choose(Multi("related", s_plain, root)));
        Assert.Same(root, PreviewPart.Choose(Multi("related", s_plain, root) with { Start = "<root@x>" }));
        Assert.Same(s_plain, PreviewPart.Choose(Multi("related", s_plain, root) with { Start = "<gone@x>" }));
        Assert.Same(s_plain, PreviewPart.Choose(Multi("mixed", s_plain, root) with { Start = "<root@x>" }));
    }

    [Fact]
    public void Choose_SignedAndEncrypted_IsWhatCanBeRead()
    {
        var signature = new MailPart { Section = "2", Type = "application", Subtype = "pgp-signature", Size = 500 };
        var version = new MailPart { Section = "1", Type = "application", Subtype = "pgp-encrypted", Size = 11 };

        Assert.Same(s_plain, PreviewPart.Choose(Multi("signed", Multi("mixed", s_plain), signature)));
        Assert.Null(PreviewPart.Choose(Multi("encrypted", version, signature with { Subtype = "octet-stream" })));
    }

    [Fact]
    public void Choose_TenThousandLevels_GivesUpInTime()
    {
        var part = s_plain;
        for (var i = 0; i < 10_000; i++)
        {
            part = Multi("mixed", part);
        }

        Assert.Null(PreviewPart.Choose(part));
    }

    [Fact]
    public void Choose_EmptyMultipart_IsNothing() => Assert.Null(PreviewPart.Choose(Multi("mixed")));

    private static MailPart Text(string section, string subtype) => new() { Section = section, Type = "Text", Subtype = subtype, Size = 100 };

    private static MailPart Multi(string subtype, params MailPart[] parts)
        => new() { Section = "", Type = "multipart", Subtype = subtype, Parts = parts };

    private static MailPart Message(string subtype, params MailPart[] parts)
        => new() { Section = "7", Type = "message", Subtype = subtype, Size = 900, Parts = parts };
}
