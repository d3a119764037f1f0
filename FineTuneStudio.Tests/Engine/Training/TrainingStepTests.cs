using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Engine.Training.Sft;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training;

/// <summary>One step by itself: what a loss scale changes, which is nothing until gradients overflow.</summary>
public sealed class TrainingStepTests : IDisposable
{
    private static readonly TrainingRow[] Rows = [new(1, 1, [3, 5, 7, 9, 11], [0, 1, 1, 1, 1], Cut: false), new(2, 2, [4, 6, 8], [0, 0, 1], Cut: false)];

    private readonly CausalModel _base = CausalModel.Load(SharedData.Golden("models", "llama"), Precision.Fp32);

    public void Dispose() => _base.Dispose();

    [Fact]
    public void Run_WithALossScale_LearnsTheSameBits()
    {
        // Powers of two change no digit of an fp32 gradient.
        Assert.Equal(Learn(lossScale: null), Learn(new LossScale(initial: 1024)));
    }

    [Fact]
    public void Run_GradientsOverflow_LeavesTheStepOutAndLowersTheScale()
    {
        using var scope = TensorScope.Enter();
        using var adapter = Adapter();
        var scale = new LossScale(initial: float.MaxValue);
        using var optimizer = Optimizer.Create(adapter.Parameters, new OptimizerOptions());
        using var model = _base.WithAdapter(adapter);
        var step = new TrainingStep(model, adapter.Parameters, optimizer, scale, clipNorm: 1, checkpointing: false);
        var before = Weights(adapter);

        var outcome = step.Run([Rows], learningRate: 1e-2, _ => null, CancellationToken.None);

        Assert.Equal(StepEnd.LeftOut, outcome.End);
        Assert.True(double.IsFinite(outcome.Loss));
        Assert.Equal(float.MaxValue / 2, scale.Value);
        Assert.Equal(before, Weights(adapter));
        Assert.All(optimizer.Steps, steps => Assert.Equal(0, steps));
    }

    [Fact]
    public void Run_LossNoNumber_IsNoMatterOfTheScale()
    {
        using var scope = TensorScope.Enter();
        using var adapter = Adapter();
        using var optimizer = Optimizer.Create(adapter.Parameters, new OptimizerOptions());
        using var model = _base.WithAdapter(adapter);
        adapter.Parameters[0].Value.Detach().CopyFrom(Tensor.Full([1], double.PositiveInfinity, DType.Float32));
        var step = new TrainingStep(model, adapter.Parameters, optimizer, new LossScale(initial: 1), clipNorm: 1, checkpointing: false);

        Assert.Equal(StepEnd.LossNotFinite, step.Run([Rows], learningRate: 1e-2, _ => null, CancellationToken.None).End);
    }

    private AdapterSet Adapter()
    {
        var adapter = AdapterSet.Create(_base.Linears, new LoraOptions { Rank = 4 }, seed: 1);
        adapter.SetTrainable(true);
        return adapter;
    }

    private float[] Learn(LossScale? lossScale)
    {
        using var scope = TensorScope.Enter();
        using var adapter = Adapter();
        using var optimizer = Optimizer.Create(adapter.Parameters, new OptimizerOptions());
        using var model = _base.WithAdapter(adapter);
        var step = new TrainingStep(model, adapter.Parameters, optimizer, lossScale, clipNorm: 1, checkpointing: false);
        for (var number = 0; number < 3; number++)
        {
            Assert.Equal(StepEnd.Updated, step.Run([Rows], learningRate: 1e-2, _ => null, CancellationToken.None).End);
        }

        return Weights(adapter);
    }

    private static float[] Weights(AdapterSet adapter) => [.. adapter.Parameters.SelectMany(pair => pair.Value.Detach().ToArray<float>())];
}
