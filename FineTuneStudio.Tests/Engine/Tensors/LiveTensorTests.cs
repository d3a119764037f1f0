using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors;

/// <summary>What work leaves behind. The count is the process's, so these tests run beside no other.</summary>
[CollectionDefinition(nameof(LiveTensorTests), DisableParallelization = true)]
[Collection(nameof(LiveTensorTests))]
public sealed class LiveTensorTests
{
    [Fact]
    public void Backward_OneStep_LeavesNoTensorAlive()
    {
        using var model = CausalModel.Load(SharedData.Golden("models", "qwen3"), Precision.Fp32);
        using var adapter = AdapterSet.Create(model.Linears, new LoraOptions { Rank = 4, Dropout = 0.1 }, seed: 1);
        adapter.SetTrainable(true);
        using var view = model.WithAdapter(adapter);

        Assert.Equal(0, Growth(() => Step(view, adapter)));
    }

    [Fact]
    public void Run_ToTheEnd_ReleasesEveryTensor()
    {
        using var run = new TinyRun();

        Assert.InRange(Growth(() => run.Run()), long.MinValue, 8);
    }

    private static long Growth(Action action)
    {
        Collect();
        var before = TorchRuntime.LiveTensors;
        action();
        Collect();
        return TorchRuntime.LiveTensors - before;
    }

    // What tests before these left to the finalizers must not come off in between.
    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static void Step(CausalModel model, AdapterSet adapter)
    {
        using var scope = TensorScope.Enter();
        using var batch = TokenBatch.FromSequences([[5, 6, 7, 8, 9], [10, 11, 12]]);
        using var dropout = new RandomGenerator(1);
        var hidden = model.Hidden(batch, new PackedAttentionContext(batch) { Dropout = dropout, Checkpointing = true });
        model.Head.Loss(hidden, batch.Ids).Backward();
        foreach (var (_, parameter) in adapter.Parameters)
        {
            parameter.Grad = null;
        }
    }
}
