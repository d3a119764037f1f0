using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Models;

/// <summary>Frequencies of published models, computed with their reference implementations.</summary>
public sealed class RopeFrequenciesTests
{
    private static readonly RopeDescription Llama31 = new()
    {
        Kind = RopeKind.Llama3, Size = 128, Theta = 500_000, Factor = 8, LowFrequencyFactor = 1, HighFrequencyFactor = 4, TrainedLength = 8192,
    };

    private static readonly RopeDescription QwenYarn = new() { Kind = RopeKind.Yarn, Size = 128, Theta = 1_000_000, Factor = 4, TrainedLength = 32_768 };

    private static readonly RopeDescription DeepSeekYarn = new() { Kind = RopeKind.Yarn, Size = 64, Theta = 10_000, Factor = 40, TrainedLength = 4096 };

    [Theory]
    [InlineData(28, 3.211446e-3)]
    [InlineData(29, 2.166570764e-3)]
    [InlineData(31, 8.567514e-4)]
    [InlineData(34, 1.785078e-4)]
    [InlineData(35, 9.556212e-5)]
    [InlineData(63, 3.068926e-7)]
    public void Of_Llama31_MatchesThePublishedModel(int pair, double expected)
        => Assert.Equal(1, RopeFrequencies.Of(Llama31, 1)[pair] / expected, 1e-6);

    [Theory]
    [InlineData(24, 5.375321e-3)]
    [InlineData(30, 1.064361e-3)]
    [InlineData(40, 4.445698e-5)]
    public void Of_QwenYarn_MatchesThePublishedModel(int pair, double expected)
        => Assert.Equal(1, RopeFrequencies.Of(QwenYarn, 1)[pair] / expected, 1e-6);

    [Theory]
    [InlineData(11, 3.900693e-2)]
    [InlineData(15, 8.334509e-3)]
    [InlineData(20, 7.905694e-4)]
    [InlineData(23, 3.333804e-5)]
    public void Of_DeepSeekYarn_MatchesThePublishedModel(int pair, double expected)
        => Assert.Equal(1, RopeFrequencies.Of(DeepSeekYarn, 1)[pair] / expected, 1e-6);

    [Fact]
    public void Of_DynamicWithinTrainedLength_IsPlain()
    {
        var rope = new RopeDescription { Kind = RopeKind.Dynamic, Size = 16, Theta = 10_000, Factor = 2, TrainedLength = 32 };
        var plain = RopeFrequencies.Of(rope with { Kind = RopeKind.Default }, 1);

        Assert.Equal(plain, RopeFrequencies.Of(rope, 32));
        Assert.True(RopeFrequencies.Of(rope, 33)[7] < plain[7]);
    }
}
