namespace OrleansIM.Mail.Tests.BuiltIn;

public sealed class Rfc2231Tests
{
    [Fact]
    public void Find_PlainValue_IsDecoded()
    {
        Assert.Equal("a b.txt", Find(("charset", "x"), ("FileName", "a b.txt")));
        Assert.Equal("ä.txt", Find(("filename", "=?utf-8?Q?=C3=A4?=.txt")));
        Assert.Equal("ä.txt", Find(("filename", "\u00C3\u00A4.txt")));
    }

    [Fact]
    public void Find_ExtendedValue_HasACharset()
    {
        Assert.Equal("€ 5.txt", Find(("filename*", "utf-8'en'%E2%82%AC%205.txt")));
        Assert.Equal("ü.txt", Find(("filename*", "ISO-8859-1''%FC.txt")));
        Assert.Equal("ä%zz%.txt", Find(("filename*", "utf-8''%C3%A4%zz%.txt")));
        Assert.Equal("no quotes.txt", Find(("filename*", "no%20quotes.txt")));
    }

    [Fact]
    public void Find_Pieces_AreJoinedInTheirOrder()
    {
        Assert.Equal("abc", Find(("filename*2", "c"), ("filename*0", "a"), ("filename*1", "b")));
        Assert.Equal("€ b%20c", Find(("filename*0*", "utf-8''%E2%82"), ("filename*1*", "%AC%20"), ("filename*2", "b%20c")));
        Assert.Equal("a", Find(("filename*0", "a"), ("filename*2", "c")));
        Assert.Equal("ä", Find(("filename*0", "=?utf-8?Q?=C3"), ("filename*1", "=A4?=")));
    }

    [Fact]
    public void Find_SeveralForms_TheRichestWins()
    {
        Assert.Equal("ä", Find(("filename", "a"), ("filename*", "utf-8''%C3%A4")));
        Assert.Equal("long", Find(("filename", "short"), ("filename*0", "lo"), ("filename*1", "ng")));
        Assert.Equal("first", Find(("filename*0", "first"), ("filename*0", "second")));
    }

    [Fact]
    public void Find_WhatIsNotThere_IsNull()
    {
        Assert.Null(Find());
        Assert.Null(Find(("name", "a"), ("filenames", "b"), ("filename*1", "c"), ("filename*x", "d"), ("filename*99999999999", "e")));
    }

    private static string? Find(params (string Name, string Value)[] parameters)
        => Rfc2231.Find([.. parameters.Select(each => KeyValuePair.Create(each.Name, each.Value))], "filename");
}
