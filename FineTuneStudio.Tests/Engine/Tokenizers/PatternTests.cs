using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tokenizers.Patterns;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tokenizers;

public sealed class PatternTests
{
    [Theory]
    [InlineData("a+b", "xaab ab", "aab|ab")]
    [InlineData("a|ab", "ab", "a")]
    [InlineData("(?>a+)a|b", "aab", "b")]
    [InlineData("a++a|b", "aab", "b")]
    [InlineData("a{2}", "aaaaa", "aa|aa")]
    [InlineData("<.*?>", "<a><b>", "<a>|<b>")]
    [InlineData(@"\d(?=%)", "1 2% 3", "2")]
    [InlineData(@"(?<!\d)\d", "12 3", "1|3")]
    [InlineData(@"(?<=ab|c)d", "abd cd d", "d|d")]
    [InlineData(@"\bfoo\b", "foo food xfoo foo", "foo|foo")]
    [InlineData("(?i:straSSe)", "STRASSE", "STRASSE")]
    [InlineData("[^a-c&&[^b]]", "abcd", "b|d")]
    [InlineData("[[:digit:]_]+", "a1_2b", "1_2")]
    [InlineData(@"\p{Han}+", "a\u6771\u4EACb", "\u6771\u4EAC")]
    [InlineData(".", "a\n\uD83D\uDE00", "a|\uD83D\uDE00")]
    [InlineData("(a|b(c|d)?)+", "abcbdx", "abcbd")]
    public void FindAll_Construct_FindsWhatItMeans(string source, string text, string expected)
    {
        var found = Pattern.Parse(source, PatternDialect.Oniguruma).FindAll(text);

        Assert.Equal(expected, string.Join('|', found.Select(match => text[match.Start..match.End])));
    }

    [Fact]
    public void FindAll_IntervalWithPlus_IsPossessiveOnlyInRustsDialect()
    {
        Assert.Equal([(0, 3), (3, 5)], Pattern.Parse(@"\d{1,3}+", PatternDialect.Rust).FindAll("12345"));
        Assert.Equal([(0, 5)], Pattern.Parse(@"\d{1,3}+", PatternDialect.Oniguruma).FindAll("12345"));
    }

    [Theory]
    [InlineData("(a", "no end")]
    [InlineData("a)", "without its '('")]
    [InlineData("[a", "no end")]
    [InlineData("*a", "nothing to repeat")]
    [InlineData(@"(a)\1", "back-references")]
    [InlineData(@"\p{Klingon}", "Klingon")]
    [InlineData(@"(?<=a+)b", "varying width")]
    [InlineData("a{5000}", "0 to 1000")]
    [InlineData("[b-a]", "ends before it starts")]
    [InlineData("a\\", "backslash")]
    public void Parse_WhatIsNotBuilt_SaysWhatAndWhere(string source, string expected)
    {
        var exception = Assert.Throws<PatternSyntaxException>(() => Pattern.Parse(source, PatternDialect.Oniguruma));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TooDeep_IsRefused()
        => Assert.Throws<PatternSyntaxException>(() => Pattern.Parse(new string('(', 10_000) + new string(')', 10_000), PatternDialect.Oniguruma));

    [Theory]
    [InlineData("(a+)+b")]
    [InlineData("(a|a)*b")]
    [InlineData("(a*)*b")]
    [InlineData("(a|aa)+$")]
    public void FindAll_PatternThatWouldExplode_EndsWithinItsSteps(string source)
    {
        var pattern = Pattern.Parse(source, PatternDialect.Oniguruma);
        var text = new string('a', 300) + "c";

        // Tried way by way this would take longer than the universe has lasted; here it ends with an answer.
        Assert.Empty(pattern.FindAll(text));
    }

    [Fact]
    public void FindAll_TooManySteps_IsAClearError()
    {
        var pattern = Pattern.Parse("(?:a+)+b", PatternDialect.Oniguruma);

        var exception = Assert.Throws<UserErrorException>(() => pattern.FindAll(new string('a', 10_000)));

        Assert.Contains("takes too long", exception.Message, StringComparison.Ordinal);
    }
}
