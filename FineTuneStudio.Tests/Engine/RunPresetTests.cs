using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Engine;

public sealed class RunPresetTests
{
    [Theory]
    [InlineData("quick", 0.002, 0.002)]
    [InlineData("quick", null, 2e-4)]
    [InlineData("thorough", 0.002, 0.001)]
    [InlineData("thorough", null, 1e-4)]
    [InlineData("balanced", 0.002, 2e-4)]
    public void Apply_RateThatFitsTheModel_IsTakenWhereItIsKnown(string id, double? fitting, double expected)
    {
        var preset = RunPreset.All.Single(preset => preset.Id == id);

        var schedule = preset.Apply(new RunSpecification { Model = "nano", Dataset = new() { Path = "rows.jsonl" } }, fitting).Schedule;

        Assert.Equal(expected, schedule!.LearningRate);
    }
}
