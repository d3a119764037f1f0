using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Verification;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Quantisation;

/// <summary>Published quantised layouts, against the reference implementation's numbers.</summary>
public sealed class QuantisedModelTests
{
    [Theory]
    [InlineData("llama_nf4")]
    [InlineData("qwen3_nf4_double")]
    [InlineData("deepseek_v3_fp8")]
    [InlineData("gpt_oss_mxfp4")]
    public void Load_QuantisedFolder_ComputesTheReference(string name)
    {
        var folder = SharedData.Golden("models", name);
        using var model = CausalModel.Load(folder, Precision.Fp32);

        var report = ReferenceVerifier.Verify(model, Path.Combine(folder, "reference.safetensors"), tolerance: 5e-4);

        Assert.True(report.Passed, report.ToString());
    }

    [Theory]
    [InlineData("llama_nf4")]
    [InlineData("qwen3_nf4_double")]
    [InlineData("deepseek_v3_fp8")]
    [InlineData("gpt_oss_mxfp4")]
    public void Load_QuantisedFolderAsItIs_ComputesTheReferenceFromItsFewBits(string name)
    {
        var folder = SharedData.Golden("models", name);
        using var model = CausalModel.Load(folder, Precision.Fp32, quantization: Quantization.None);
        using var whole = CausalModel.Load(folder, Precision.Fp32);

        var report = ReferenceVerifier.Verify(model, Path.Combine(folder, "reference.safetensors"), tolerance: 5e-4);

        Assert.True(report.Passed, report.ToString());
        Assert.Equal(whole.ParameterCount, model.ParameterCount);
        Assert.True(model.Parameters.Count < whole.Parameters.Count, "nothing is packed");
    }

    [Theory]
    [InlineData("llama_nf4")]
    [InlineData("deepseek_v3_fp8")]
    public void Hidden_QuantisedFolderAsItIs_HasTheBitsOfItsNumbers(string name)
    {
        using var scope = TensorScope.Enter();
        var folder = SharedData.Golden("models", name);
        using var model = CausalModel.Load(folder, Precision.Fp32, quantization: Quantization.None);
        using var whole = CausalModel.Load(folder, Precision.Fp32);
        using var batch = TokenBatch.FromSequences([[.. Enumerable.Range(0, 40).Select(token => 3 + (token * 7 % 200))], [5, 6, 7]]);

        // Recorded, as in training: few rows without gradients sum in another order.
        Assert.True(model.Hidden(batch, new PackedAttentionContext(batch)).HasSameElements(whole.Hidden(batch, new PackedAttentionContext(batch))));
    }

    [Theory]
    [InlineData("qwen3_moe", Quantization.Nf4)]
    [InlineData("qwen3_moe", Quantization.Nf4Double)]
    [InlineData("mixtral", Quantization.Int8)]
    [InlineData("gpt_oss", Quantization.Nf4)]
    [InlineData("gpt_oss", Quantization.Int8)]
    [InlineData("deepseek_v3_fp8", Quantization.None)]
    [InlineData("gpt_oss_mxfp4", Quantization.None)]
    public void Run_PackedExperts_LearnsBesideThemAndGoesOnToTheSameBits(string model, Quantization quantization)
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with
        {
            Model = SharedData.Golden("models", model), Quantization = quantization, Lora = new LoraOptions { Rank = 4, Targets = ["all-linear", LoraOptions.Experts] },
        };

        var losses = run.Run(folder: run.At("whole")).OfType<TrainingEvent.Evaluated>().ToList();
        run.Run((trainingEvent, _, cancellation) =>
        {
            if (trainingEvent is TrainingEvent.StepCompleted { Step: 5 })
            {
                cancellation.Cancel();
            }
        });
        run.Run();

        Assert.True(losses[^1].Loss < losses[0].Loss - 0.5, $"{losses[0].Loss} -> {losses[^1].Loss}");
        Assert.Equal(run.Adapter(run.At("whole")), run.Adapter());
        using var packed = CausalModel.Load(run.Specification.Model, Precision.Fp32, quantization: quantization);
        Assert.DoesNotContain(packed.Parameters, pair => pair.Key.Contains(".experts.", StringComparison.Ordinal) && !pair.Key.EndsWith("_bias", StringComparison.Ordinal) && !pair.Key.Contains("shared", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_SomeExpertsPackedAndSomeNot_ComputesTheReferenceWithTheNumbersOfAll()
    {
        var folder = SharedData.Golden("models", "deepseek_v3_fp8");
        var source = new PartlyPackedSource(ModelFolder.Weights(SafetensorsFolder.Open(folder)), name => name.Contains(".experts.1.up_proj", StringComparison.Ordinal));
        using var model = CausalModel.Load(ModelConfigFile.Read(folder), source, Precision.Fp32, Quantization.None);

        var report = ReferenceVerifier.Verify(model, Path.Combine(folder, "reference.safetensors"), tolerance: 5e-4);

        Assert.True(report.Passed, report.ToString());
    }

    [Theory]
    [InlineData(Quantization.Nf4, 0.25)]
    [InlineData(Quantization.Nf4Double, 0.25)]
    [InlineData(Quantization.Int8, 0.02)]
    public void Run_PackedBase_LearnsAndGoesOnToTheSameBits(Quantization quantization, double distance)
    {
        using var run = new TinyRun();
        var exact = run.Run(folder: run.At("exact")).OfType<TrainingEvent.Evaluated>().ToList();
        run.Specification = run.Specification with { Quantization = quantization };

        var losses = run.Run(folder: run.At("whole")).OfType<TrainingEvent.Evaluated>().ToList();
        run.Run((trainingEvent, _, cancellation) =>
        {
            if (trainingEvent is TrainingEvent.StepCompleted { Step: 5 })
            {
                cancellation.Cancel();
            }
        });
        run.Run();

        Assert.True(losses[^1].Loss < losses[0].Loss - 1, $"{losses[0].Loss} -> {losses[^1].Loss}");
        Assert.InRange(losses[0].Loss, exact[0].Loss - distance, exact[0].Loss + distance);
        Assert.NotEqual(exact[0].Loss, losses[0].Loss);
        const string weights = "adapter/adapter_model.safetensors";
        Assert.Equal(File.ReadAllBytes(Path.Combine(run.At("whole"), weights)), File.ReadAllBytes(Path.Combine(run.Folder, weights)));
    }

    [Fact]
    public void Apply_DoraBesidePackedWeight_IsDoraBesideItsNumbers()
    {
        using var scope = TensorScope.Enter();
        using var off = GradMode.Off();
        var x = Tensor.Empty([5, 64], DType.Float32).FillNormal(0, 1, new RandomGenerator(1));
        using var packed = WeightPacker.Pack(Tensor.Empty([20, 64], DType.Float32).FillNormal(0, 1, new RandomGenerator(2)), Quantization.Nf4);
        using var adapter = new LoraAdapter(
            "any", Tensor.Empty([3, 64], DType.Float32).FillNormal(0, 1, new RandomGenerator(3)), Tensor.Empty([20, 3], DType.Float32).FillNormal(0, 1, new RandomGenerator(4)),
            alpha: 6, rankStabilised: false, dropout: 0, magnitude: Tensor.Full([20], 2, DType.Float32));
        var numbers = PackedLinear.Numbers(packed, DType.Float32);

        var sum = adapter.Apply(x, packed, bias: null, dropout: null);

        var twin = adapter.Apply(x, numbers, bias: null, dropout: null);
        Assert.All(twin.ToArray<float>().Zip(sum.ToArray<float>()), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void Inspect_QuantisedFolder_CountsTheWeightsOfTheModel()
    {
        var quantised = ModelFolder.Inspect(SharedData.Golden("models", "llama_nf4"));

        Assert.Equal(ModelFolder.Inspect(SharedData.Golden("models", "llama")).Parameters, quantised.Parameters);
    }
}
