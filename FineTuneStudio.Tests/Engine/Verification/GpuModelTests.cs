using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Verification;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Verification;

/// <summary>Whole models, trainings and runs on a GPU, with the bars of main memory.</summary>
[Trait("Category", Gpu.Category)]
[Collection(Gpu.Category)]
public sealed class GpuModelTests
{
    private const double Bar = 6e-5;

    public static TheoryData<string> Models => [.. GoldenModels.Dense, .. GoldenModels.Sparse];

    public static TheoryData<string, string> Adapters => GoldenModels.Adapters;

    public static TheoryData<string, string> Traces => TraceReplayTests.Traces;

    [Theory]
    [MemberData(nameof(Models))]
    public void Verify_GoldenModelOnGpu_IsWithinRounding(string name)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32, Gpu.First());

        var report = ReferenceVerifier.Verify(model, SharedData.Golden("models", name, "reference.safetensors"), Bar);

        Assert.True(report.Passed, report.ToString());
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public void Verify_GoldenAdapterOnGpu_IsWithinRounding(string name, string kind)
    {
        using var model = CausalModel.Load(SharedData.Golden("models", name), Precision.Fp32, Gpu.First());
        using var adapter = AdapterSet.Load(SharedData.Golden("models", name, kind), model.Linears, model.Device);
        using var view = model.WithAdapter(adapter);

        var report = ReferenceVerifier.Verify(view, SharedData.Golden("models", name, kind, "reference.safetensors"), Bar);

        Assert.True(report.Passed, report.ToString());
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void Run_RecordedTrainingOnGpu_RepeatsEveryStep(string name, string trace)
    {
        var steps = new List<TraceStep>();

        var report = TraceReplay.Run(SharedData.Golden("models", name), SharedData.Golden("models", name, trace), steps.Add, Gpu.First());

        Assert.True(report.Passed, $"final {report.FinalDifference:E2}; {string.Join(Environment.NewLine, steps)}");
    }

    [Theory]
    [InlineData(Precision.Fp32, false)]
    [InlineData(Precision.Bf16, false)]
    [InlineData(Precision.Bf16, true)]
    public void Run_CancelledOnGpu_GoesOnToTheSameBits(Precision precision, bool checkpointing)
    {
        _ = Gpu.First();
        using var run = new TinyRun();
        run.Specification = run.Specification with { Device = DeviceName.Cuda, Precision = precision, GradientCheckpointing = checkpointing };
        var whole = run.Run(folder: run.At("whole"));
        Assert.Equal(EndReason.Completed, Assert.IsType<TrainingEvent.Ended>(whole[^1]).Reason);
        Assert.All(whole.OfType<TrainingEvent.StepCompleted>(), step => Assert.True(step.DevicePeakBytes is > 0));

        run.Run((happened, _, cancellation) =>
        {
            if (happened is TrainingEvent.StepCompleted { Step: 7 })
            {
                cancellation.Cancel();
            }
        });
        run.Run();

        Assert.Equal(run.Adapter(run.At("whole")), run.Adapter());
    }

    [Fact]
    public void Run_OnGpu_ReleasesEveryTensor()
    {
        var device = Gpu.First();
        using var run = new TinyRun();
        run.Specification = run.Specification with { Device = DeviceName.Cuda };

        // The first run leaves the libraries' own workspaces behind.
        run.Run(folder: run.At("first"));
        var before = (TorchRuntime.LiveTensors, Devices.MemoryOf(device)?.Allocated);
        run.Run();

        Assert.Equal(before, (TorchRuntime.LiveTensors, Devices.MemoryOf(device)?.Allocated));
    }
}
