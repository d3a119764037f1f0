using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Estimation;

public sealed class SpeedTrialTests
{
    [Theory]
    [InlineData("llama")]
    [InlineData("gpt_oss_mxfp4")]
    public void Measure_SmallModel_GivesThreeRates(string model)
    {
        var speed = SpeedTrial.Measure(SharedData.Golden("models", model), Device.Cpu, threads: 2, TestContext.Current.CancellationToken);

        Assert.True(speed is { Train: > 0, Prefill: > 0, Decode: > 0 }, $"{speed}");
        Assert.True(double.IsFinite(speed.Train + speed.Prefill + speed.Decode), $"{speed}");
    }

    [Fact]
    public void Measure_Cancelled_Throws()
        => Assert.Throws<OperationCanceledException>(() => SpeedTrial.Measure(SharedData.Golden("models", "llama"), Device.Cpu, threads: 1, new CancellationToken(canceled: true)));
}
