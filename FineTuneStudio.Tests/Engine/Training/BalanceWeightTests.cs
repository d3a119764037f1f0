using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Engine.Training.Sft;
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

    [Fact]
    public void Run_ReinforcementWithBalance_TellsItAndTrainsItDown()
    {
        using var run = TinyRun.Rft(options => options with { KlWeight = 0 });
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

    [Fact]
    public void Run_BalanceBesideALossScale_LearnsTheSameBits()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "mixtral"), Precision.Fp32);

        // Powers of two change no digit of an fp32 gradient.
        Assert.Equal(Learn(model, lossScale: null, balanceWeight: 0.5), Learn(model, new LossScale(initial: 1024), balanceWeight: 0.5));
        Assert.NotEqual(Learn(model, lossScale: null, balanceWeight: 0), Learn(model, lossScale: null, balanceWeight: 0.5));
    }

    private static float[] Learn(CausalModel model, LossScale? lossScale, double balanceWeight)
    {
        using var adapter = AdapterSet.Create(model.Linears, new LoraOptions { Rank = 2, Targets = [LoraOptions.AllLinear, LoraOptions.Experts] }, seed: 1);
        adapter.SetTrainable(true);
        using var optimizer = Optimizer.Create(adapter.Parameters, new OptimizerOptions());
        using var view = model.WithAdapter(adapter);
        var step = new TrainingStep(view, adapter.Parameters, optimizer, lossScale, clipNorm: 1, checkpointing: true) { BalanceWeight = balanceWeight };
        TrainingRow row = new(0, 1, [.. Enumerable.Range(3, 24)], [.. Enumerable.Repeat(1f, 24)], Cut: false);
        for (var number = 0; number < 2; number++)
        {
            var outcome = step.Run([[row], [row, row]], learningRate: 1e-2, _ => null, CancellationToken.None);
            Assert.Equal(StepEnd.Updated, outcome.End);
            Assert.Equal(balanceWeight > 0, outcome.ExpertBalance is not null);
        }

        using var scope = TensorScope.Enter();
        return [.. adapter.Parameters.SelectMany(pair => pair.Value.Detach().ToArray<float>())];
    }

    private static RunSpecification Specification(string name, double? balanceWeight) => new()
    {
        Model = name, Dataset = new DatasetOptions { Path = "data.jsonl" }, BalanceWeight = balanceWeight,
    };
}
