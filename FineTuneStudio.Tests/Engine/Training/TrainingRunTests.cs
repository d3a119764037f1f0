using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training;

public sealed class TrainingRunTests
{
    [Fact]
    public void Run_ToTheEnd_LearnsAndLeavesAnAdapter()
    {
        using var run = new TinyRun();
        var events = run.Run();
        var losses = events.OfType<TrainingEvent.Evaluated>().ToList();
        Assert.Equal([0, 6, 12], losses.Select(evaluated => evaluated.Step));
        Assert.True(losses[^1].Loss < losses[0].Loss - 1, $"{losses[0].Loss} -> {losses[^1].Loss}");
        Assert.Equal(Enumerable.Range(1, 12), events.OfType<TrainingEvent.StepCompleted>().Select(step => step.Step));
        Assert.Equal(EndReason.Completed, Assert.IsType<TrainingEvent.Ended>(events[^1]).Reason);
        Assert.Equal(3, events.OfType<TrainingEvent.Sampled>().Count());
        Assert.True(File.Exists(Path.Combine(run.Folder, "adapter", "README.md")));
        Assert.Equal(12 + 3, File.ReadAllLines(Path.Combine(run.Folder, RunFolder.Metrics)).Length);
    }

    [Fact]
    public void Run_FromItsBeginning_TellsWhatItWaitsForAndWritesNoneOfIt()
    {
        using var run = new TinyRun();
        run.Run();

        Assert.Equal(
            [
                (0, RunActivity.RenderingRows, 0), (0, RunActivity.RenderingRows, 40), (0, RunActivity.LoadingModel, WeightBytes(run)),
                (0, RunActivity.ScoringHeldOut, 4), (0, RunActivity.AnsweringSamples, 1), (0, RunActivity.Learning, 0),
                (6, RunActivity.ScoringHeldOut, 4), (6, RunActivity.AnsweringSamples, 1), (12, RunActivity.ScoringHeldOut, 4), (12, RunActivity.AnsweringSamples, 1),
            ],
            run.Activities.Where(working => working.Done == 0).Select(working => (working.Step, working.Activity, working.Total)));
        Assert.DoesNotContain(RunEvents.Read(run.Folder), happened => happened is TrainingEvent.Working);
    }

    [Fact]
    public void Run_FromACheckpoint_TellsWhichStepItBeginsWith()
    {
        using var run = new TinyRun();
        run.Run((trainingEvent, _, cancellation) =>
        {
            if (trainingEvent is TrainingEvent.CheckpointSaved { Step: 4 })
            {
                cancellation.Cancel();
            }
        });
        run.Run();

        Assert.Equal([4], run.Activities.Where(working => working.Activity == RunActivity.Learning).Select(working => working.Step));
    }

    [Fact]
    public void Run_ByReinforcement_TellsOfEveryStepThatAnswersAreDrawnAndThenLearnt()
    {
        using var run = TinyRun.Rft();
        run.Run();

        var first = run.Activities.Where(working => working is { Step: 0, Done: 0 }).Select(working => (working.Activity, working.Total)).ToList();
        Assert.Equal([(RunActivity.ScoringHeldOut, 4), (RunActivity.DrawingAnswers, 16), (RunActivity.Learning, 0)], first[3..]);
        Assert.Equal(12, run.Activities.Count(working => working is { Activity: RunActivity.DrawingAnswers, Done: 0 }));
    }

    [Fact]
    public void Run_CancelledAnywhere_GoesOnToTheSameBits()
    {
        using var run = new TinyRun();
        run.Run(folder: run.At("whole"));
        foreach (var stop in (int[])[1, 5, 7, 12])
        {
            run.Run(folder: run.Folder, onEvent: (trainingEvent, _, cancellation) =>
            {
                if (trainingEvent is TrainingEvent.StepCompleted { Step: var step } && step == stop)
                {
                    cancellation.Cancel();
                }
            });
        }

        run.Run(folder: run.Folder);
        Assert.Equal(run.Adapter(run.At("whole")), run.Adapter());
        Assert.Equal(
            Curve(run.At("whole")),
            Curve(run.Folder));
    }

    [Fact]
    public void Run_StoppedAndKept_FinishesTheStepAndWritesTheAdapter()
    {
        using var run = new TinyRun();
        var events = run.Run((trainingEvent, control, _) =>
        {
            if (trainingEvent is TrainingEvent.StepCompleted { Step: 3 })
            {
                control.Stop();
            }
        });
        var ended = Assert.IsType<TrainingEvent.Ended>(events[^1]);
        Assert.Equal((3, EndReason.StoppedAndKept), (ended.Step, ended.Reason));
        Assert.NotEmpty(run.Adapter());
        Assert.Contains(events, trainingEvent => trainingEvent is TrainingEvent.CheckpointSaved { Step: 3 });
    }

    [Fact]
    public void Run_Paused_SavesItsStateAndGoesOnWhenAsked()
    {
        using var run = new TinyRun();
        var events = run.Run((trainingEvent, control, _) =>
        {
            if (trainingEvent is TrainingEvent.StepCompleted { Step: 5 })
            {
                control.Pause();
            }
            else if (trainingEvent is TrainingEvent.Paused)
            {
                control.Resume();
            }
        });
        var paused = events.FindIndex(trainingEvent => trainingEvent is TrainingEvent.Paused { Step: 5 });
        Assert.IsType<TrainingEvent.CheckpointSaved>(events[paused - 1]);
        Assert.IsType<TrainingEvent.Resumed>(events[paused + 1]);
        Assert.Equal(EndReason.Completed, Assert.IsType<TrainingEvent.Ended>(events[^1]).Reason);
    }

    [Fact]
    public void Run_LossNoNumber_StopsWithinTheStepAndNamesTheRows()
    {
        using var run = new TinyRun();
        using var model = new ModelCopy("llama");
        File.AppendAllText(run.At("data.jsonl"), """
            
            {"messages":[{"role":"user","content":"Z?"},{"role":"assistant","content":"a poisoned letter"}]}
            """);
        var poisoned = Tokenizer.Load(model.Path).TokenToId("Z")!.Value;
        model.ChangeWeights(weights => weights["model.embed_tokens.weight"].Select(0, poisoned).CopyFrom(Tensor.Full([1], double.NaN, DType.Float32)));
        run.Specification = run.Specification with { Model = model.Path, Dataset = run.Specification.Dataset with { HeldOutFraction = 0 } };
        var events = run.Run();
        var ended = Assert.IsType<TrainingEvent.Ended>(events[^1]);
        Assert.Equal(EndReason.Failed, ended.Reason);
        Assert.Contains("no finite number", ended.Message, StringComparison.Ordinal);
        Assert.Contains(" 41", ended.Message, StringComparison.Ordinal);
        Assert.All(events.OfType<TrainingEvent.StepCompleted>(), step => Assert.True(double.IsFinite(step.Loss)));
    }

    [Fact]
    public void Run_EightRowsOrEightPasses_LearnTheSame()
    {
        using var run = new TinyRun();
        double[] Losses(int rows, int accumulation)
        {
            run.Specification = run.Specification with
            {
                Batch = new BatchOptions { Rows = rows, Accumulation = accumulation, ContextLength = 64, Packing = false },
                Lora = new LoraOptions { Rank = 4 },
            };
            return [.. run.Run(folder: run.At($"{rows}x{accumulation}")).OfType<TrainingEvent.StepCompleted>().Select(step => step.Loss)];
        }

        var wide = Losses(8, 1);
        var deep = Losses(1, 8);
        Assert.Equal(wide.Length, deep.Length);
        Assert.All(wide.Zip(deep), pair => Assert.Equal(pair.First, pair.Second, 2e-5 * pair.First));
    }

    [Fact]
    public void Run_WithGradientCheckpointing_LearnsTheSameDropoutAndAll()
    {
        using var run = new TinyRun();
        run.Run(folder: run.At("kept"));
        run.Specification = run.Specification with { GradientCheckpointing = true };
        run.Run(folder: run.At("recomputed"));
        Assert.Equal(run.Adapter(run.At("kept")), run.Adapter(run.At("recomputed")));
    }

    [Fact]
    public void Run_EveryWeight_LeavesAModelThatCanBeTrainedAgain()
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with { Lora = null, Schedule = new ScheduleOptions { LearningRate = 1e-3 } };
        var events = run.Run();
        var losses = events.OfType<TrainingEvent.Evaluated>().ToList();
        Assert.True(losses[^1].Loss < losses[0].Loss);
        run.Specification = run.Specification with { Model = Path.Combine(run.Folder, RunFolder.Model), Duration = new DurationOptions { Steps = 1 } };
        var again = run.Run(folder: run.At("again")).OfType<TrainingEvent.Evaluated>().First();
        Assert.Equal(losses[^1].Loss, again.Loss, 1e-4);
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW8Bit, 5e-3)]
    [InlineData(OptimizerKind.Sgd, 0.3)]
    [InlineData(OptimizerKind.Adafactor, 5e-3)]
    [InlineData(OptimizerKind.Muon, 5e-3)]
    public void Run_WithEachOptimizer_LearnsAndGoesOnToTheSameBits(OptimizerKind kind, double rate)
    {
        using var run = new TinyRun();

        // Wide enough for 8-bit moments.
        run.Specification = run.Specification with
        {
            Lora = new LoraOptions { Rank = 64, Alpha = 64 },
            Optimizer = new OptimizerOptions { Kind = kind },
            Schedule = new ScheduleOptions { LearningRate = rate },
        };
        var losses = run.Run(folder: run.At("whole")).OfType<TrainingEvent.Evaluated>().ToList();
        run.Run((trainingEvent, _, cancellation) =>
        {
            if (trainingEvent is TrainingEvent.StepCompleted { Step: 5 })
            {
                cancellation.Cancel();
            }
        });
        run.Run();

        Assert.True(losses[^1].Loss < losses[0].Loss - 0.3, $"{losses[0].Loss} -> {losses[^1].Loss}");
        Assert.Equal(run.Adapter(run.At("whole")), run.Adapter());
    }

    [Fact]
    public void Run_EveryWeightWithMuon_LeavesEmbeddingsToAdamW()
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with
        {
            Lora = null,
            Optimizer = new OptimizerOptions { Kind = OptimizerKind.Muon },
            Schedule = new ScheduleOptions { LearningRate = 1e-3 },
            Duration = new DurationOptions { Steps = 2 },
        };
        run.Run();

        var state = SafetensorsFile.Open(Path.Combine(run.Folder, "checkpoints", "step-00000002", "optimizer.safetensors")).Header.Entries.Keys;
        Assert.Contains("model.embed_tokens.weight.second", state);
        Assert.Contains("model.norm.weight.second", state);
        Assert.Contains("model.layers.0.mlp.up_proj.weight.momentum", state);
        Assert.DoesNotContain("model.layers.0.mlp.up_proj.weight.second", state);
    }

    [Fact]
    public void Run_HalfPrecisionOnAProcessor_IsRefusedWithTheWayOut()
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with { Precision = Precision.Fp16 };
        Assert.Contains("Use bf16", Assert.Throws<UserErrorException>(() => run.Run()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OtherSpecificationInTheFolder_IsRefused()
    {
        using var run = new TinyRun();
        run.Run();
        run.Specification = run.Specification with { Seed = 7 };
        Assert.Contains("another spec.json", Assert.Throws<UserErrorException>(() => run.Run()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NewestCheckpointDamaged_GoesOnFromTheOneBefore()
    {
        using var run = new TinyRun();
        run.Run(folder: run.At("whole"));
        run.Run((trainingEvent, _, cancellation) =>
        {
            if (trainingEvent is TrainingEvent.CheckpointSaved { Step: 6 })
            {
                cancellation.Cancel();
            }
        });
        var weights = Path.Combine(run.Folder, "checkpoints", "step-00000006", "optimizer.safetensors");
        var bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        var events = run.Run();
        Assert.Contains(events, trainingEvent => trainingEvent is TrainingEvent.Logged { Severity: LogSeverity.Warning } logged && logged.Message.Contains("step-00000006", StringComparison.Ordinal));
        Assert.Equal(4, events.OfType<TrainingEvent.Started>().Single().Step);
        Assert.Equal(run.Adapter(run.At("whole")), run.Adapter());
    }

    [Fact]
    public void Run_NothingToLearn_IsRefusedBeforeTheModelIsLoaded()
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with { Batch = new BatchOptions { ContextLength = 8 } };
        Assert.Contains("token to learn", Assert.Throws<UserErrorException>(() => run.Run()).Message, StringComparison.Ordinal);
    }

    private static long WeightBytes(TinyRun run) => SafetensorsFolder.Open(run.Specification.Model).Bytes;

    private static (int, double, double)[] Curve(string folder)
        => [.. RunEvents.Read(folder).OfType<TrainingEvent.StepCompleted>().Select(step => (step.Step, step.Loss, step.GradientNorm))];
}
