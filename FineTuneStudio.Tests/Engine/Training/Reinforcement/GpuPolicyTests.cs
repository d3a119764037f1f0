using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>Reinforcement on a GPU, with the bars of main memory.</summary>
[Trait("Category", Gpu.Category)]
[Collection(Gpu.Category)]
public sealed class GpuPolicyTests
{
    [Theory]
    [InlineData("grpo", 4)]
    [InlineData("grpo-kl", 1)]
    [InlineData("dapo", 2)]
    [InlineData("gspo", 1)]
    [InlineData("gspo-wide", 2)]
    public void Run_RecordedAnswersOnGpu_MeetsTheReferenceAtEveryStep(string name, int microBatches)
        => GoldenPolicyTraceTests.Repeat(name, microBatches, Gpu.First());

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Bf16)]
    public void Run_CancelledOnGpu_GoesOnToTheSameBits(Precision precision)
    {
        _ = Gpu.First();
        using var run = TinyRun.Rft(options => options with { Updates = 2, ZeroVariance = ZeroVarianceGroups.Replace });
        run.Specification = run.Specification with { Device = DeviceName.Cuda, Precision = precision, Lora = new LoraOptions { Rank = 4 } };
        var whole = run.Run(folder: run.At("whole"));
        Assert.Equal(EndReason.Completed, Assert.IsType<TrainingEvent.Ended>(whole[^1]).Reason);
        if (precision == Precision.Fp32)
        {
            // What drew the answers and what learns from them give one token the same probability.
            Assert.All(whole.OfType<TrainingEvent.StepCompleted>(), step => Assert.InRange(step.Reinforcement!.LogProbabilityGap, 0, 1e-3));
        }

        run.Run((happened, _, cancellation) =>
        {
            if (happened is TrainingEvent.StepCompleted { Step: 5 })
            {
                cancellation.Cancel();
            }
        });
        run.Run();

        Assert.Equal(run.Adapter(run.At("whole")), run.Adapter());
    }
}
