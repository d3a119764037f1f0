using FineTuneStudio.Application.Runs;
using FineTuneStudio.Components.Pages.NewRun;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class SpecificationTextTests
{
    private const string Sound = """
        {
          // what is learnt
          "model": "nano",
          "dataset": { "path": "rows.jsonl" },
          "lora": {
            "alpha": 0,
            "rank": 0
          },
          "batch": {
            "rows": 2,
            "contextLength": 3
          },
        }
        """;

    [Fact]
    public void Read_ImpossibleValues_HaveTheLineTheyStandOn()
    {
        var (specification, faults) = SpecificationText.Read(Sound);

        Assert.Equal(2, specification!.Batch.Rows);
        Assert.Equal([6, 7, 11], faults.Select(fault => fault.Line).Order());
        Assert.Contains(faults, fault => fault.Line == 7 && fault.Message.StartsWith("lora.rank", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{\n  \"model\": \"nano\",\n  \"modle\": 1\n}", 3)]
    [InlineData("{\n  \"model\": \"nano\",\n  \"dataset\": { \"path\": \"x\" },\n  \"seed\": \"one\"\n}", 4)]
    [InlineData("{\n  \"model\": \"nano\"\n  \"dataset\": {}\n}", 3)]
    [InlineData("null", 1)]
    public void Read_WrongForm_NamesTheLine(string json, int line)
    {
        var (specification, faults) = SpecificationText.Read(json);

        Assert.Null(specification);
        Assert.Equal(line, Assert.Single(faults).Line);
        Assert.DoesNotContain("FineTuneStudio", faults[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lora.rank", 7)]
    [InlineData("batch.rows", 10)]
    [InlineData("batch.accumulation", 9)]
    [InlineData("seed", 1)]
    public void LineOf_Field_IsItsLineOrThatOfTheNearestObject(string path, int line) => Assert.Equal(line, SpecificationText.LineOf(Sound, path));

    [Fact]
    public void Load_AnySpecification_ComesBackFromTheFormAsItWas()
    {
        var specification = new RunSpecification
        {
            Name = "n",
            Model = "m",
            Dataset = new DatasetOptions { Path = "d", HeldOutPath = "h", HeldOutFraction = 0.2, MaxRows = 7, Learn = LearntText.Everything },
            Lora = new LoraOptions { Rank = 3, Alpha = 5, Dropout = 0.1, RsLora = true, Targets = ["q_proj", "w_pack"] },
            Schedule = new ScheduleOptions { Kind = ScheduleKind.Polynomial, LearningRate = 1e-3, WarmupSteps = 4, PolynomialPower = 2, PolynomialEnd = 1e-6 },
            Optimizer = new OptimizerOptions { Beta1 = 0.8, ClipNorm = 2 },
            Batch = new BatchOptions { Rows = 2, Accumulation = 3, ContextLength = 99, Packing = false },
            Duration = new DurationOptions { Steps = 12 },
            Evaluation = new EvaluationOptions { EverySteps = 5, Samples = 1, SampleTokens = 9 },
            Checkpoints = new CheckpointOptions { Keep = 9 },
            Precision = Precision.Fp32,
            GradientCheckpointing = true,
            Seed = 3,
        };
        var form = new RunDraft();
        form.Load(specification);

        var kept = System.Text.Json.JsonSerializer.Deserialize<RunDraft>(System.Text.Json.JsonSerializer.Serialize(form))!;

        Assert.Equal(specification.ToJson(), form.ToSpecification().ToJson());
        Assert.Equal(specification.ToJson(), kept.ToSpecification().ToJson());
        form.Load(specification with { Lora = null });
        Assert.Null(form.ToSpecification().Lora);
    }
}
