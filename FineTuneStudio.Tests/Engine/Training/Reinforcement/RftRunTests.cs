using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Reinforcement;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Reinforcement;

/// <summary>Whole reinforcement runs of a tiny model: answers drawn, graded, learnt from, written down.</summary>
public sealed class RftRunTests
{
    [Theory]
    [InlineData(ReinforcementMethod.Grpo)]
    [InlineData(ReinforcementMethod.DrGrpo)]
    [InlineData(ReinforcementMethod.Dapo)]
    [InlineData(ReinforcementMethod.GspoToken)]
    [InlineData(ReinforcementMethod.Rloo)]
    public void Run_ToTheEnd_EarnsMoreAndWritesEveryAnswerDown(ReinforcementMethod method)
    {
        using var run = TinyRun.Rft(options => options with { Method = method });
        run.Specification = run.Specification with
        {
            Lora = new LoraOptions { Rank = 4 },
            Schedule = new ScheduleOptions { Kind = ScheduleKind.Constant, LearningRate = 2e-2 },
            Duration = new DurationOptions { Steps = 24 },
        };
        var events = run.Run();

        Assert.Equal(EndReason.Completed, Assert.IsType<TrainingEvent.Ended>(events[^1]).Reason);
        var steps = events.OfType<TrainingEvent.StepCompleted>().Select(step => step.Reinforcement!).ToList();
        Assert.Equal(24, steps.Count);
        Assert.True(steps.TakeLast(4).Average(step => step.Reward) > steps.Take(4).Average(step => step.Reward) + 0.1, string.Join(' ', steps.Select(step => $"{step.Reward:F2}")));
        Assert.All(steps, step => Assert.InRange(step.LogProbabilityGap, 0, 1e-4));
        Assert.Equal(method is ReinforcementMethod.Grpo or ReinforcementMethod.Rloo, steps[0].Kl is not null);
        Assert.NotEmpty(events.OfType<TrainingEvent.Rewarded>());
        Assert.NotNull(((TrainingEvent.Ended)events[^1]).HeldOutReward);
        Assert.Empty(events.OfType<TrainingEvent.Evaluated>());
        Assert.NotEmpty(run.Adapter());

        var answers = new RolloutFile(run.Folder);
        Assert.Equal(Enumerable.Range(1, 24), answers.Steps());
        var groups = answers.Read(1);
        Assert.Equal(steps[0].Answers, groups.Sum(group => group.Answers.Count));
        Assert.Equal(steps[0].LearntAnswers, groups.Sum(group => group.Answers.Count(answer => answer.Learnt)));
        Assert.All(groups.SelectMany(group => group.Answers), answer => Assert.Equal(answer.Grade.Score, answer.Reward));
        Assert.All(groups, group => Assert.Equal(0, group.Answers.Sum(answer => answer.Advantage), 1e-6));
        Assert.All(groups, group => Assert.StartsWith("the answer is ", group.Expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Run_Twice_GivesTheSameBits()
    {
        using var run = TinyRun.Rft();
        run.Run();
        run.Run(folder: run.At("again"));

        Assert.Equal(run.Adapter(), run.Adapter(run.At("again")));
        Assert.Equal(File.ReadAllBytes(Path.Combine(run.Folder, RunFolder.Rollouts)), File.ReadAllBytes(Path.Combine(run.At("again"), RunFolder.Rollouts)));
    }

    [Fact]
    public void Run_CancelledAnywhere_GoesOnToTheSameBits()
    {
        using var run = TinyRun.Rft(options => options with { Updates = 3, ZeroVariance = ZeroVarianceGroups.Replace });
        run.Run(folder: run.At("whole"));
        foreach (var stop in (int[])[1, 5, 7, 12])
        {
            run.Run(folder: run.Folder, onEvent: (told, _, cancellation) =>
            {
                if (told is TrainingEvent.StepCompleted { Step: var step } && step == stop)
                {
                    cancellation.Cancel();
                }
            });
        }

        run.Run(folder: run.Folder);
        Assert.Equal(run.Adapter(run.At("whole")), run.Adapter());
        Assert.Equal(File.ReadAllBytes(Path.Combine(run.At("whole"), RunFolder.Rollouts)), File.ReadAllBytes(Path.Combine(run.Folder, RunFolder.Rollouts)));
    }

    [Fact]
    public void Run_PausedAmidABatch_StandsStillWhenTheBatchIsLearnt()
    {
        using var run = TinyRun.Rft(options => options with { Updates = 3 });
        var events = run.Run((told, control, _) =>
        {
            if (told is TrainingEvent.StepCompleted { Step: 4 })
            {
                control.Pause();
            }
            else if (told is TrainingEvent.Paused)
            {
                control.Resume();
            }
        });

        Assert.Equal(6, Assert.Single(events.OfType<TrainingEvent.Paused>()).Step);
        Assert.Equal(EndReason.Completed, Assert.IsType<TrainingEvent.Ended>(events[^1]).Reason);
    }

    [Fact]
    public void Run_ThreeStepsABatch_ClipsWhereThePolicyHasMoved()
    {
        using var run = TinyRun.Rft(options => options with { Updates = 3, ClipLow = 0.01, ClipHigh = 0.01 });
        run.Specification = run.Specification with { Lora = new LoraOptions { Rank = 4 }, Schedule = new ScheduleOptions { Kind = ScheduleKind.Constant, LearningRate = 2e-2, WarmupRatio = 0 } };
        var steps = run.Run().OfType<TrainingEvent.StepCompleted>().Select(step => step.Reinforcement!).ToList();

        Assert.All(steps.Where((_, index) => index % 3 == 0), step => Assert.Equal((1, 0, 0), (step.Ratio, step.ClippedLow, step.ClippedHigh)));
        Assert.Contains(steps, step => step.ClippedLow + step.ClippedHigh > 0.1);
        Assert.All(steps.Where((_, index) => index % 3 != 0), step => Assert.Equal(0, step.RolloutSeconds));
    }

    [Fact]
    public void Run_RowsWithWeights_MultiplyTheAdvantagesOfTheirAnswers()
    {
        using var run = TinyRun.Rft();
        run.Specification = run.Specification with { Duration = new DurationOptions { Steps = 4 } };
        var path = run.Specification.Dataset.Path;
        File.WriteAllLines(path, [.. File.ReadLines(path).Select((line, number) => number % 2 == 0 ? line : $"{line[..^1]}, \"weight\": 3}}")]);
        run.Run();

        double Squares(RolloutGroup group) => group.Answers.Average(answer => answer.Advantage * answer.Advantage);
        var answers = new RolloutFile(run.Folder);
        var groups = answers.Steps().SelectMany(answers.Read).Where(group => !group.ZeroVariance).ToLookup(group => group.Row % 2 == 1);
        Assert.NotEmpty(groups[false]);
        Assert.NotEmpty(groups[true]);
        var plain = Squares(groups[false].First());
        Assert.All(groups[false], group => Assert.Equal(plain, Squares(group), 0.01));
        Assert.All(groups[true], group => Assert.Equal(9 * plain, Squares(group), 0.09));
    }

    [Fact]
    public void Run_GraderThatNeverScores_EndsWithItsReason()
    {
        using var run = TinyRun.Rft(options => options with { Grader = new GraderDefinition("""{"type":"string_check","name":"same","input":"{{sample.output_text}}","reference":"{{item.nowhere}}","operation":"eq"}""") });
        var ended = Assert.IsType<TrainingEvent.Ended>(run.Run()[^1]);

        Assert.Equal(EndReason.Failed, ended.Reason);
        Assert.Contains("nowhere", ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_GraderThatIsNone_IsRefusedBeforeItBegins()
    {
        using var run = TinyRun.Rft(options => options with { Grader = new GraderDefinition("""{"type":"guess"}""") });

        var refusal = Assert.Throws<UserErrorException>(() => run.Run());
        Assert.Contains("reinforcement.grader", refusal.Errors[0].Field, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_CombinedGrader_ShowsEachPart()
    {
        using var run = TinyRun.Rft(options => options with
        {
            Grader = new GraderDefinition("""{"type":"multi","name":"both","graders":{"short":{"type":"length","name":"short","max":4,"margin":20},"even":{"type":"repetition","name":"even"}},"calculate_output":"short + even"}"""),
        });
        var figures = run.Run().OfType<TrainingEvent.StepCompleted>().First().Reinforcement!;

        Assert.Equal(["even", "short"], figures.Parts!.Keys.Order());
        Assert.Equal(figures.Parts.Values.Sum(), figures.Reward, 1e-9);
    }

    [Theory]
    [InlineData("rft", null, "reinforcement")]
    [InlineData("sft", """{"grader":{"type":"length","max":4}}""", "reinforcement")]
    [InlineData("rft", """{"grader":{"type":"length","max":4},"answers":1}""", "reinforcement.answers")]
    [InlineData("rft", """{"grader":{"type":"length","max":4},"temperature":0}""", "reinforcement.temperature")]
    [InlineData("rft", """{"grader":{"type":"length","max":4},"method":"dapo","klWeight":0.1}""", "reinforcement.klWeight")]
    public void Parse_WhatCannotBe_IsRefusedByItsField(string method, string? reinforcement, string field)
    {
        var json = $$"""{"model":"m","dataset":{"path":"d"},"method":"{{method}}"{{(reinforcement is null ? "" : $",\"reinforcement\":{reinforcement}")}}}""";

        Assert.Equal(field, Assert.Single(Assert.Throws<UserErrorException>(() => RunSpecification.Parse(json, "spec.json")).Errors).Field);
    }

    [Fact]
    public void Parse_WhatIsWritten_IsTheSameAgain()
    {
        using var run = TinyRun.Rft(options => options with { Sampler = new SamplerCorrection(false, false, 0, 2), Scale = AdvantageScale.Batch });

        Assert.Equal(run.Specification.ToJson(), RunSpecification.Parse(run.Specification.ToJson(), "spec.json").ToJson());
        Assert.Equivalent(run.Specification.Reinforcement, RunSpecification.Parse(run.Specification.ToJson(), "spec.json").Reinforcement, strict: true);
    }
}
