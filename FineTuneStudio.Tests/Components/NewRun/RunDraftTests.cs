using FineTuneStudio.Components.Pages.NewRun;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using Xunit;

namespace FineTuneStudio.Tests.Components.NewRun;

public sealed class RunDraftTests
{
    [Fact]
    public void Take_AnotherRunsSpecification_GivesItBackWhole()
    {
        var specification = new RunSpecification
        {
            Model = "nano",
            InitialAdapter = "0198a000-0000-7000-8000-000000000001@30",
            Dataset = new DatasetOptions { Path = "rows.csv", HeldOutFraction = 0.2, MaxRows = 77 },
            Lora = new LoraOptions { Rank = 4, Alpha = 9, Dropout = 0.1, Dora = true, LearningRateRatio = 16, Targets = ["q_proj", "v_proj"] },
            Schedule = new ScheduleOptions { Kind = ScheduleKind.Linear, LearningRate = 3e-4, WarmupSteps = 5 },
            Batch = new BatchOptions { Rows = 3, Accumulation = 2, ContextLength = 99, Packing = false },
            Duration = new DurationOptions { Steps = 12 },
            Evaluation = new EvaluationOptions { EverySteps = 7, Samples = 2, SampleTokens = 9 },
            Checkpoints = new CheckpointOptions { EverySteps = 3, Keep = 9 },
            Precision = Precision.Fp32,
            Seed = 7,
        };
        var draft = new RunDraft();

        draft.Take(specification);

        Assert.Equal(specification.ToJson(), draft.ToSpecification().ToJson());
    }

    [Fact]
    public void ShapeAs_AnAdapter_TakesWhatItDecidesAndLeavesTheRest()
    {
        var shape = new LoraOptions { Rank = 4, Alpha = 12, Dora = true, Dropout = 0.2, Targets = ["q_proj", "layers.3.mlp.up_proj"] };
        var draft = new RunDraft { Dropout = 0.05, LearningRateRatio = 8, EveryWeight = true, Initialization = LoraInitialization.Pissa };
        Assert.False(draft.IsShapedAs(shape));

        draft.ShapeAs(shape);

        Assert.True(draft.IsShapedAs(shape));
        var lora = draft.ToSpecification().Lora!;
        Assert.Equal((4, 12.0, true, 0.05, 8.0, LoraInitialization.Default), (lora.Rank, lora.Alpha, lora.Dora, lora.Dropout, lora.LearningRateRatio, lora.Initialization));
        Assert.Equal(shape.Targets, lora.Targets);
        draft.ShapeAs(null);
        Assert.True(draft.IsShapedAs(shape));
    }

    [Theory]
    [InlineData("quick")]
    [InlineData("balanced")]
    [InlineData("thorough")]
    public void Preset_OfARunThatBeginsWithAnAdapter_KeepsItsShape(string preset)
    {
        var shape = new LoraOptions { Rank = 4, Alpha = 12, Dora = true, Targets = ["q_proj"] };
        var begun = new RunSpecification { Model = "nano", Dataset = new DatasetOptions { Path = "rows.jsonl" }, InitialAdapter = "mine", Lora = shape };

        var applied = RunPreset.All.Single(candidate => candidate.Id == preset).Apply(begun, null);

        var draft = new RunDraft();
        draft.Load(applied);
        Assert.True(draft.IsShapedAs(shape));
    }

    [Fact]
    public void Take_ReinforcementRun_GivesItBackWholeWithItsGraderAsWritten()
    {
        var specification = new RunSpecification
        {
            Model = "nano",
            Dataset = new DatasetOptions { Path = "rows.jsonl" },
            Method = TrainingMethod.Rft,
            Reinforcement = new ReinforcementOptions
            {
                Grader = new GraderDefinition("""{"type":"math","name":"right","reference":"{{item.answer}}"}"""), Method = ReinforcementMethod.Dapo, Prompts = 3, Answers = 5, Updates = 2, AnswerTokens = 99,
                Temperature = 0.7, TopP = 0.9, TopK = 40, MinP = 0.05, Tools = new ToolOptions { Source = "def f(): return 1", Turns = 3, ResultTokens = 40, ConversationTokens = 300 }, Stop = ["\n", "####"], Rounds = 2, LearnCut = false, ClipHigh = 0.3, ZeroVariance = ZeroVarianceGroups.Keep, OverlongCache = 20,
            },
        };
        var draft = new RunDraft();

        draft.Take(specification);
        Assert.Equal(specification.ToJson(), draft.ToSpecification().ToJson());

        draft.Grader = "{ \"type\": \"math\",\n\"name\": \"right\", \"reference\": \"{{item.answer}}\" }";
        draft.Take(draft.ToSpecification());
        Assert.Contains('\n', draft.Grader);

        draft.Method = TrainingMethod.Sft;
        Assert.Null(draft.ToSpecification().Reinforcement);
    }

    [Fact]
    public void Take_ExpertsBesideAllLinears_GivesBothBack()
    {
        var draft = new RunDraft();

        draft.Take(new RunSpecification { Model = "nano", Dataset = new DatasetOptions { Path = "rows.jsonl" }, Lora = new LoraOptions { Targets = [LoraOptions.AllLinear, LoraOptions.Experts] } });

        Assert.Equal([LoraOptions.AllLinear, LoraOptions.Experts], draft.ToSpecification().Lora!.Targets);
    }

    [Fact]
    public void Take_ThenAnotherDataset_LeavesTheOldOnesColumnsBehind()
    {
        var draft = new RunDraft();
        draft.Take(new RunSpecification { Model = "nano", Dataset = new DatasetOptions { Path = "rows.csv", Columns = new ColumnMapping { User = "text", Assistant = "label" } } });

        draft.Dataset = "other.csv";

        Assert.Null(draft.ToSpecification().Dataset.Columns);
    }

    [Fact]
    public void Fill_EveryOptionTheDataSpeaksFor_IsTaken()
    {
        var draft = new RunDraft { DurationInSteps = true };
        var specification = AdvisedOption.All.Index().Aggregate(draft.ToSpecification(), (filled, option) => option.Item.Set(filled, option.Item.Default + option.Index + 1));

        draft.Fill(specification);

        Assert.Equal(specification.ToJson(), draft.ToSpecification().ToJson());
        Assert.False(draft.HasMethod);
    }
}
