using FineTuneStudio.Application.Runs;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class TokenPushTests
{
    [Theory]
    [InlineData(1, -20, 4)]
    [InlineData(-1, -20, -4)]
    [InlineData(0.5, -20, 2)]
    [InlineData(1, -0.1, 1)]
    [InlineData(1, 0, 0)]
    [InlineData(1e-16, -5, 0)]
    [InlineData(1, -0.001, 0)]
    [InlineData(0, -5, 0)]
    public void Level_Any_GrowsWithTheAdvantageAndTheTokensRarity(double advantage, double logProbability, int level)
        => Assert.Equal(level, TokenPush.Level(advantage, 1, logProbability));

    [Fact]
    public void Level_NoAdvantageInTheStep_IsNone() => Assert.Equal(0, TokenPush.Level(0, 0, -1));
}
