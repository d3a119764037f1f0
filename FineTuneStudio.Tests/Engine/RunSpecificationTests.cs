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

    [Fact]
    public void Parse_UnknownField_NamesIt()
    {
        const string json = """{ "model": "nano", "dataset": { "path": "rows.jsonl" }, "loraRank": 8 }""";

        var exception = Assert.Throws<UserErrorException>(() => RunSpecification.Parse(json, "spec.json"));

        Assert.Contains("loraRank", exception.Errors.Single().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Catalog_EveryOption_HasReasonSourceAndMeaning()
        => Assert.All(OptionCatalog.All, option => Assert.All(
            new[] { option.Path, option.Label, option.Meaning, option.Reason, option.Source }, text => Assert.NotEmpty(text)));
}
