using Microsoft.Extensions.Configuration;
using OrleansIM.Hosting.Admin;

namespace OrleansIM.Silo.Tests.Hosting;

/// <summary>The secret of the admin API: each mistake has its own sentence, and none has the secret.</summary>
public sealed class AdminSecretTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Secret_OfNoPlace_IsMissing() => Assert.StartsWith("The secret of the admin API is missing. Give Admin:SecretFile, ", Assert.Single(Faults("", null)), StringComparison.Ordinal);

    [Theory]
    [InlineData("s3cret", "is too short. It has to be 32 characters or more")]
    [InlineData("0123456789012345678901234567890\n", "is too short.")]
    [InlineData(" \n", "is empty, or this process may not read it.")]
    public void Secret_OfAFile_IsTooShortOrEmpty(string text, string fault)
    {
        var said = Assert.Single(Faults("", text));

        Assert.StartsWith($"The secret of the admin API, in the file '{File}', {fault}", said, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Secret_OfTheEnvironment_IsTooShort() => Assert.StartsWith("The secret of the admin API is too short.", Assert.Single(Faults("s3cret", null)), StringComparison.Ordinal);

    [Fact]
    public void Secret_LongEnough_IsNoFault()
    {
        Assert.Empty(Faults("", "01234567890123456789012345678901\n"));
        Assert.Empty(Faults("01234567890123456789012345678901", null));
    }

    private string File => Path.Combine(_folder.Path, "secret");

    private IEnumerable<string> Faults(string secret, string? text)
    {
        if (text is not null)
        {
            System.IO.File.WriteAllText(File, text);
        }

        var options = new AdminOptions { Url = "http://127.0.0.1:5081", Secret = secret, SecretFile = text is null ? "" : File };
        return new AdminOptionsValidator(new ConfigurationBuilder().Build()).Validate(null, options).Failures ?? [];
    }
}
