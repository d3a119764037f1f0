using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Engine;

public sealed class RunSpecificationTests
{
    private const string Smallest = """{ "model": "nano", "dataset": { "path": "rows.jsonl" } }""";

    [Fact]
    public void Parse_SmallestSpecification_TakesEveryDefaultFromTheCatalog()
    {
        var specification = RunSpecification.Parse(Smallest, "spec.json");

        Assert.Equal(OptionCatalog.LoraRank.Default, specification.Lora!.Rank);
        Assert.Equal(OptionCatalog.LearningRate.Default, specification.Schedule.LearningRate);
    }

    [Fact]
    public void ToJson_ParsedAgain_IsTheSame()
    {
        var specification = RunSpecification.Parse(Smallest, "spec.json");

        Assert.Equal(specification.ToJson(), RunSpecification.Parse(specification.ToJson(), "spec.json").ToJson());
    }

    [Fact]
    public void Parse_TwoImpossibleValues_ReportsBothWithTheirPaths()
    {
        const string json = """{ "model": "nano", "dataset": { "path": "rows.jsonl" }, "lora": { "rank": 0 }, "schedule": { "learningRate": -1 } }""";

        var exception = Assert.Throws<UserErrorException>(() => RunSpecification.Parse(json, "spec.json"));

        Assert.Equal(["lora.rank", "schedule.learningRate"], exception.Errors.Select(error => error.Field));
    }

    [Theory]
    [InlineData("""{ "model": "nano", "dataset": { "path": "rows.jsonl" }, "loraRank": 8 }""", "There is no field 'loraRank' here; there are name, method, reinforcement, model, dataset, lora,")]
    [InlineData("""{ "model": "nano", "dataset": { "path": "rows.jsonl" }, "lora": { "r": 8 } }""", "at lora.r: There is no field 'r' here; there are rank, alpha,")]
    [InlineData("""{ "model": "nano" }""", "It lacks 'dataset'.")]
    [InlineData("""{ "model": "nano", "dataset": { "path": "rows.jsonl" }, "precision": "fp8" }""", "at precision: Expected one of bf16, fp32, fp16.")]
    [InlineData("""{ "model": "nano", "dataset": { "path": "rows.jsonl" }, "lora": { "rank": 8.5 } }""", "at lora.rank: Expected a whole number.")]
    [InlineData("""{ "model": "nano", "dataset": { "path": "rows.jsonl" }, "duration": { "steps": "many" } }""", "at duration.steps: Expected a whole number.")]
    [InlineData("""{ "model": "nano", "dataset": { "path": "rows.jsonl" }, "seed": true }""", "at seed: Expected a whole number.")]
    [InlineData("""{ "model": 3, "dataset": { "path": "rows.jsonl" } }""", "at model: Expected a text.")]
    [InlineData("""{ "model": "nano", "dataset": [] }""", "at dataset: Expected an object with fields.")]
    public void Parse_WrongForm_IsSaidInPlainWordsWithItsPlace(string json, string message)
    {
        var fault = Assert.Throws<UserErrorException>(() => RunSpecification.Parse(json, "spec.json")).Errors.Single();

        Assert.Equal("spec.json:1", fault.Field);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("FineTuneStudio", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Catalog_EveryOption_HasReasonSourceAndMeaning()
        => Assert.All(OptionCatalog.All, option => Assert.All(
            new[] { option.Path, option.Label, option.Meaning, option.Reason, option.Source }, text => Assert.NotEmpty(text)));
}
