using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Optimizers;

/// <summary>PyTorch's gradient scaler: every recorded pattern of overflows, exactly.</summary>
public sealed class GoldenLossScaleTests
{
    [Theory]
    [InlineData("interval-3")]
    [InlineData("growth-twice")]
    [InlineData("all-infinite")]
    [InlineData("factors")]
    [InlineData("drawn")]
    [InlineData("top")]
    [InlineData("defaults")]
    public void Update_PatternOfOverflows_FollowsTheReference(string name)
    {
        using var scope = TensorScope.Enter();
        using var json = JsonDocument.Parse(File.ReadAllText(SharedData.Golden("optimizers", "loss_scaling.json")));
        var pattern = json.RootElement.GetProperty("cases").EnumerateArray().Single(pattern => pattern.GetProperty("name").GetString() == name);
        var settings = pattern.GetProperty("settings");
        double Number(string field, double other) => settings.TryGetProperty(field, out var value) ? value.GetDouble() : other;
        var scale = new LossScale(Number("init_scale", 65536), Number("growth_factor", 2), Number("backoff_factor", 0.5), (int)Number("growth_interval", 2000));
        var parameter = Tensor.Full([1], 1, DType.Float32);
        using var optimizer = new Sgd([KeyValuePair.Create("p", parameter)], new OptimizerOptions { Sgd = new SgdOptions { Momentum = 0 } });

        foreach (var (index, infinite) in pattern.GetProperty("infinite").EnumerateArray().Select(flag => flag.GetBoolean()).Index())
        {
            if (!infinite)
            {
                optimizer.Step([Tensor.Full([1], 0.25, DType.Float32) * scale.Value], learningRate: 0.125, gradientScale: 1.0 / scale.Value);
            }

            scale.Update(taken: !infinite);
            Assert.Equal(pattern.GetProperty("scale_after")[index].GetSingle(), scale.Value);
            Assert.Equal(pattern.GetProperty("step_taken")[index].GetBoolean(), !infinite);
            Assert.Equal(pattern.GetProperty("parameter_after")[index].GetSingle(), (float)parameter.Item());
        }
    }
}
