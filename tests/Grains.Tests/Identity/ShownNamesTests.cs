using OrleansIM.Identity;

namespace OrleansIM.Grains.Tests.Identity;

/// <summary>Names that look like what they are not.</summary>
public sealed class ShownNamesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Ann")]
    [InlineData("Dr. Ann-Marie O'Neill, 3rd")]
    [InlineData("Дмитрий (Dima)")]
    [InlineData("Łukasz Żółć")]
    [InlineData("Ελένη 7")]
    [InlineData("山田 Taro")]
    [InlineData("AKB48ファン")]
    [InlineData("می\u200Cخواهم")]
    [InlineData("שלום Shalom")]
    [InlineData("👩\u200D🚀 Ann 😀")]
    [InlineData("e\u0301lan")]
    [InlineData("5 µm")]
    public void Name_AsPeopleHaveThem_MayBeShown(string name) => Assert.Null(ShownNames.Fault(name));

    [Theory]
    [InlineData("P\u0430ypal")]
    [InlineData("\u0391nn")]
    [InlineData("Раураl")]
    [InlineData("ann\u03BF")]
    [InlineData("e\u0301l\u0430n")]
    [InlineData("a1\u0430")]
    public void Name_MixingScriptsInAWord_IsRefused(string name) => Assert.Contains("not in one word", ShownNames.Fault(name), StringComparison.Ordinal);

    [Theory]
    [InlineData("ann\u202Egpj.exe")]
    [InlineData("\u2066ann\u2069")]
    [InlineData("an\u200Bn")]
    [InlineData("\uFEFFann")]
    [InlineData("a\u00ADnn")]
    [InlineData("ann\u2028bob")]
    [InlineData("ann\u3164")]
    [InlineData("ann\uE000")]
    [InlineData("ann\u0007")]
    public void Name_WithWhatIsNotSeen_IsRefused(string name) => Assert.Contains("cannot be seen", ShownNames.Fault(name), StringComparison.Ordinal);

    [Theory]
    [InlineData(" ")]
    [InlineData("\u00A0\u2003")]
    [InlineData("\u200D")]
    public void Name_OfNothing_IsRefused(string name) => Assert.Equal("something that can be seen", ShownNames.Fault(name));
}
