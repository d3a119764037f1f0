using FineTuneStudio.Engine.Tokenizers.Patterns;
using FineTuneStudio.Engine.Tokenizers.Splitters;
using FineTuneStudio.Engine.Tokenizers.Texts;
using FineTuneStudio.Tests.Engine.Tokenizers.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tokenizers;

/// <summary>Each hand-written scanner cuts as the pattern it stands for.</summary>
public sealed class SplitterTests
{
    public static TheoryData<string> KnownSources => [.. KnownPatterns.All.Keys];

    [Theory]
    [MemberData(nameof(KnownSources))]
    public void Split_RandomTexts_CutsAsThePatternDoes(string source)
    {
        var pattern = Pattern.Parse(source, PatternDialect.Rust);
        foreach (var text in RandomTexts.Take(3000))
        {
            var ends = new EndList();
            KnownPatterns.All[source].Split(text, 0, ends);

            Assert.Equal(pattern.FindAll(text).Select(match => match.End), ends.Ends.ToArray());
        }
    }
}
