using System.Text.Json;
using FineTuneStudio.Application.Adapters;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Adapters;

public sealed class ReloadCertificateTests
{
    private static readonly ReloadCertificate Blank = new(100, new string('a', 64), DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData(1.0, 1.005, true)]
    [InlineData(1.0, 1.01, false)]
    public void Passed_Loss_IsWithinHalfAPerCent(double trained, double reloaded, bool passed)
        => Assert.Equal(passed, (Blank with { TrainedLoss = trained, ReloadedLoss = reloaded }).Passed);

    [Theory]
    [InlineData(0.92, 0.92, 12, 12, true)]
    [InlineData(0.92, 0.91, 12, 11, true)]
    [InlineData(0.92, 0.92, 12, 6, false)]
    [InlineData(0.92, 0.22, 12, 12, false)]
    [InlineData(0.92, 0.91, 0, 0, true)]
    public void Passed_Reward_WantsTheSameRewardAndTheSameAnswers(double trained, double reloaded, int compared, int same, bool passed)
        => Assert.Equal(passed, (Blank with { TrainedReward = trained, ReloadedReward = reloaded, Compared = compared, Same = same }).Passed);

    [Fact]
    public void Passed_NothingToCompare_IsFalse() => Assert.False(Blank.Passed);

    [Fact]
    public void Json_OfAnEarlierVersion_IsStillRead()
    {
        const string Written = """{"trainedLoss":1.25,"reloadedLoss":1.2501,"rows":50,"sha256":"ab","at":"2026-11-01T00:00:00+00:00","passed":true}""";

        var certificate = JsonSerializer.Deserialize<ReloadCertificate>(Written, RunSpecification.JsonOptions)!;

        Assert.Equal((1.25, 50, true), (certificate.TrainedLoss, certificate.Rows, certificate.Passed));
    }
}
