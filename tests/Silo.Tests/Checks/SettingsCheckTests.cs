namespace OrleansIM.Silo.Tests.Checks;

/// <summary><c>check --config FILE</c></summary>
public sealed class SettingsCheckTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Check_UnsafeFile_NamesEachAndEndsWith1()
    {
        var (code, said) = Check("""{ "urls": "http://0.0.0.0:80", "Mail": { "AllowPrivateHosts": true }, "Gateway": { "MinPasswordLength": 1 } }""");

        Assert.Equal(1, code);
        foreach (var id in (string[])["high     edge-tls:", "high     mail-private-hosts:", "medium   password-length: A password may have 1 character(s), and the setting says so.", "advice   registration-open:", ": 0 wrong, 3 unsafe, "])
        {
            Assert.Contains(id, said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Check_WhatTheServerWouldRefuse_IsNamedToo()
    {
        var (code, said) = Check("""{ "Acounts": { "Registration": "Closed" }, "Gateway": { "MinPasswordLength": 8, "Heartbeat": "00:00:00" }, "Storage": { "Provider": "postgres", "ConnectionString": "Host=127.0.0.1;Bogus=s3cret" } }""");

        Assert.Equal(1, code);
        Assert.Contains("Is Accounts:Registration meant?", said, StringComparison.Ordinal);
        Assert.Contains("wrong    Gateway:Heartbeat", said, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_AddressThatIsAName_IsWrong() => Assert.Contains(
        "wrong    urls is 'http://chat.example:5080'; ", Check("""{ "urls": "http://chat.example:5080" }""").Said, StringComparison.Ordinal);

    [Fact]
    public void Check_DefaultThatIsNotSafest_SaysWhyItIsAdvice() => Assert.Contains(
        "advice   password-length: A password may have 1 character(s), which is the default of the protocol; given in the settings, it would count as unsafe.", Check("{}").Said, StringComparison.Ordinal);

    [Fact]
    public void Check_SafeFile_EndsWith0() => Assert.Equal(0, Check("""{ "Gateway": { "MinPasswordLength": 8 } }""").Code);

    [Fact]
    public void Check_FileWithoutSettings_EndsWith0() => Assert.Equal(0, Check("{}").Code);

    [Fact]
    public void Check_AcceptedIdThatThereIsNot_IsRefusedWithThoseThereAre()
    {
        var (code, said) = Check("{}", "--accept", "pasword-length");

        Assert.Equal(2, code);
        Assert.Contains("--accept pasword-length: there is no such id.", said, StringComparison.Ordinal);
        Assert.Contains("password-length, proxy-bypass", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_ArgumentsAndAccepted_CountLikeTheServers()
    {
        Assert.Equal(0, Check("""{ "Gateway": { "MinPasswordLength": 1 } }""", "--Gateway:MinPasswordLength=10").Code);
        Assert.Equal(1, Check("""{ "Gateway": { "MinPasswordLength": 10 } }""", "--Gateway:MinPasswordLength=1").Code);
        Assert.Equal(1, Check("""{ "Gateway": { "MinPasswordLength": 10 } }""", "--Gateway:MinPasswordLength", "1").Code);
        Assert.Contains("wrong    --Gateway:MinPasswordLength has no value.", Check("{}", "--Gateway:MinPasswordLength").Said, StringComparison.Ordinal);
        Assert.Equal(0, Check("""{ "Gateway": { "MinPasswordLength": 1 } }""", "--accept", "password-length").Code);
        Assert.Equal(0, Check("""{ "Gateway": { "MinPasswordLength": 1 } }""", "--accept=password-length").Code);
    }

    [Theory]
    [InlineData("{\n  \"Admin\": { \"Secret\": \"s3cret\" \"Url\": \"http://127.0.0.1:5081\" }\n}", "no JSON from line 2, byte 33 on. Look there, and just before, for a quote, a comma or a brace")]
    [InlineData("{\n  \"Admin\": { \"Secret\": s3cret }\n}", "no JSON from line 2, byte 24 on.")]
    [InlineData("{ \"Admin\": { \"Secret\": \"s3cret\" }", "no JSON from line 1, byte ")]
    [InlineData("s3cret", "it is empty, or does not begin with a brace.")]
    [InlineData("", "it is empty, or does not begin with a brace. It has to be JSON; one without any setting is {}.")]
    [InlineData("[\"s3cret\"]", "a list or a single value is all there is in it. Settings have to stand in one object, such as { \"Gateway\"")]
    [InlineData("\"s3cret\"", "a list or a single value is all there is in it.")]
    [InlineData("{ \"Admin\": { \"Secret\": \"s3cret\", \"secret\": \"s3cret\" } }", "'Admin:secret'")]
    public void Check_FileThatIsNoJson_SaysWhereAndNothingOfIt(string json, string expected)
    {
        var (code, said) = Check(json);

        Assert.Equal(1, code);
        Assert.Contains($"wrong    {Path.Combine(_folder.Path, "settings.json")}: ", said, StringComparison.Ordinal);
        Assert.Contains(expected, said, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", said, StringComparison.Ordinal);
        Assert.DoesNotContain("..\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_WithoutAFile_SaysHow()
    {
        Assert.Equal(2, SiloApp.Check([], TextWriter.Null));
        Assert.Equal(2, SiloApp.Check(["--config", Path.Combine(_folder.Path, "none.json")], TextWriter.Null));
    }

    [Fact]
    public void Check_AFolder_SaysThatAFileIsWanted()
    {
        using var said = new StringWriter();

        Assert.Equal(2, SiloApp.Check(["--config", _folder.Path], said));
        Assert.Equal($"{_folder.Path} is a folder. Give the file of settings itself, such as {Path.Combine(_folder.Path, "appsettings.json")}.", said.ToString().TrimEnd());
    }

    private (int Code, string Said) Check(string json, params string[] others)
    {
        var file = Path.Combine(_folder.Path, "settings.json");
        File.WriteAllText(file, json);
        using var said = new StringWriter();
        return (SiloApp.Check(["--config", file, .. others], said), said.ToString());
    }
}
