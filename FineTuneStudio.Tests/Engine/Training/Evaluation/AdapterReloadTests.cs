using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Evaluation;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Evaluation;

/// <summary>What a run left is loaded anew and scored as the run scored it.</summary>
public sealed class AdapterReloadTests
{
    [Fact]
    public void HeldOutReward_AdapterOfTheRun_AnswersAsTheRunDid()
    {
        using var run = TinyRun.Rft();
        run.Specification = run.Specification with
        {
            Lora = new LoraOptions { Rank = 4 },
            Schedule = new ScheduleOptions { Kind = ScheduleKind.Constant, LearningRate = 2e-2 },
            Evaluation = new EvaluationOptions { EverySteps = 6, Samples = 4 },
        };
        var events = run.Run();
        var ended = (TrainingEvent.Ended)events[^1];
        var told = events.OfType<TrainingEvent.Sampled>().Where(sample => sample.Step == ended.Step).ToList();

        var (reward, answers) = AdapterReload.HeldOutReward(run.Specification, Path.Combine(run.Folder, RunFolder.Adapter), judge: null, threads: 2, TestContext.Current.CancellationToken);

        Assert.Equal(ended.HeldOutReward!.Value, reward, 1e-9);
        Assert.NotEmpty(told);
        Assert.All(told, sample => Assert.Equal(sample.Answer, answers[sample.Row]));
    }

    [Fact]
    public void HeldOutReward_NothingHeldOut_IsRefused()
    {
        using var run = TinyRun.Rft();
        run.Specification = run.Specification with { Dataset = run.Specification.Dataset with { HeldOutFraction = 0 } };

        var refusal = Assert.Throws<UserErrorException>(() => AdapterReload.HeldOutReward(run.Specification, run.Folder, judge: null, threads: 2, TestContext.Current.CancellationToken));

        Assert.Contains("held no rows out", refusal.Message, StringComparison.Ordinal);
    }
}
