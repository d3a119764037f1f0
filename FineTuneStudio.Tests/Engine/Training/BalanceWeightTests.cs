using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training;

public sealed class BalanceWeightTests
{
    [Theory]
    [InlineData("qwen3_moe", null, 0)]
    [InlineData("qwen3_moe", 0.5, 0.5)]
    [InlineData("deepseek_v3", null, 0)]
    [InlineData("deepseek_v3", 0.0, 0)]
    [InlineData("llama", null, 0)]
    public void Of_RunAndModel_IsTheRunsOwnOrTheModels(string name, double? own, double expected)
        => Assert.Equal(expected, BalanceWeight.Of(Specification(name, own), ModelConfigFile.Read(SharedData.Golden("models", name))));

    [Fact]
    public void Of_ModelThatSwitchesItOn_IsItsCoefficient()
    {
        using var copy = new ModelCopy("mixtral");
        copy.ReplaceInConfig("\"output_router_logits\": false", "\"output_router_logits\": true");

        Assert.Equal(0.02, BalanceWeight.Of(Specification("mixtral", null), ModelConfigFile.Read(copy.Path)));
    }

    [Theory]
    [InlineData("llama", "has no experts")]
    [InlineData("deepseek_v3", "deepseek_v3 balances its experts without a loss")]
    public void Of_ModelWithoutSuchALoss_IsRefused(string name, string expected)
    {
        var exception = Assert.Throws<UserErrorException>(() => BalanceWeight.Of(Specification(name, 0.01), ModelConfigFile.Read(SharedData.Golden("models", name))));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithBalanceInTheLoss_TellsItAndTrainsItDown()
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with
        {
            Model = SharedData.Golden("models", "qwen3_moe"),
            Lora = null,
            Schedule = new ScheduleOptions { LearningRate = 3e-3, WarmupSteps = 0 },
            BalanceWeight = 10,
        };

        var steps = run.Run().OfType<TrainingEvent.StepCompleted>().ToList();

        Assert.All(steps, step => Assert.InRange(step.ExpertBalance!.Value, 1.9, 8));
        Assert.True(steps[^1].ExpertBalance < steps[0].ExpertBalance, $"{steps[0].ExpertBalance} -> {steps[^1].ExpertBalance}");
    }

    private static RunSpecification Specification(string name, double? balanceWeight) => new()
    {
        Model = name, Dataset = new DatasetOptions { Path = "data.jsonl" }, BalanceWeight = balanceWeight,
    };
}
