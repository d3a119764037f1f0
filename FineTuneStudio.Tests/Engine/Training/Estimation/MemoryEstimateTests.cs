using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Estimation;

/// <summary>What fills memory, counted by hand for small shapes.</summary>
public sealed class MemoryEstimateTests
{
    private const int Rank = 4;

    [Fact]
    public void Layer_DenseWithAdapters_CountsEveryTensor()
    {
        // D 64, 4 heads and 2 key/value heads of 16, F 96, no norms of heads.
        var config = ModelConfigFile.Read(SharedData.Golden("models", "llama"));
        var (width, queries, keys, inner) = ((long)config.HiddenSize, 0L, 0L, 0L);
        var attention = Assert.IsType<GroupedQueryDescription>(config.Layers[0].Attention);
        (queries, keys) = ((long)attention.Heads * attention.HeadSize, (long)attention.KeyValueHeads * attention.HeadSize);
        inner = Assert.IsType<GatedDescription>(config.Layers[0].FeedForward).IntermediateSize;

        var layer = LayerActivations.Of(config, new LoraOptions { Rank = Rank })[0];

        // Two streams, two norms' results, q, k, v as they go into attention and what comes out, gate, up and their activation, seven low-rank parts.
        Assert.Equal((4 * width) + (2 * queries) + (2 * keys) + (3 * inner) + (7 * Rank), layer.Kept);
        Assert.Equal((6 * width) + (3 * queries) + (3 * keys) + (3 * inner) + (7 * Rank), layer.Made);
        Assert.Equal((2 * width) + Math.Max(3 * inner, (2 * queries) + (2 * keys)), layer.Gradients);
    }

    [Fact]
    public void Layer_AdaptersOnAttentionAlone_KeepsNoInputsOfTheRest()
    {
        var config = ModelConfigFile.Read(SharedData.Golden("models", "llama"));
        var inner = ((GatedDescription)config.Layers[0].FeedForward).IntermediateSize;

        var (all, few) = (LayerActivations.Of(config, new LoraOptions { Rank = Rank })[0], LayerActivations.Of(config, new LoraOptions { Rank = Rank, Targets = ["q_proj", "v_proj"] })[0]);

        Assert.Equal(config.HiddenSize + inner + (5 * Rank), all.Kept - few.Kept);
    }

    [Fact]
    public void Layer_Mixture_KeepsARowForEachExpertOfATokenAndHasTheirGradientsOnTheWayBack()
    {
        var config = ModelConfigFile.Read(SharedData.Golden("models", "qwen3_moe"));
        var mixture = Assert.IsType<MixtureDescription>(config.Layers[^1].FeedForward);
        var (choices, width, inner) = ((long)mixture.Router.Choices, (long)config.HiddenSize, (long)mixture.IntermediateSize);

        var (beside, experts) = (LayerActivations.Of(config, new LoraOptions { Rank = Rank })[^1], LayerActivations.Of(config, new LoraOptions { Rank = Rank, Targets = ["all-linear", LoraOptions.Experts] })[^1]);

        Assert.Equal(choices * (width + inner + (2 * Rank)), experts.Kept - beside.Kept);
        Assert.True(beside.Gradients >= choices * (2 * inner + Math.Max(inner, width)), $"{beside}");
    }

    [Fact]
    public void Parts_Recomputed_HaveInputsHolesAndOneLayerWithItsGradients()
    {
        var folder = SharedData.Golden("models", "qwen3_moe");
        var config = ModelConfigFile.Read(folder);
        var specification = Specification(folder) with { GradientCheckpointing = true, Precision = Precision.Bf16 };
        var tokens = (long)specification.Batch.Rows * specification.Batch.ContextLength;

        var parts = MemoryEstimate.Of(folder, config).Parts(specification, longestRow: 64);

        var layers = LayerActivations.Of(config, specification.Lora);
        Assert.Equal(tokens * 2 * ((config.HiddenSize * layers.Count) + (layers.Max(layer => layer.Made) * layers.Count / 8)), Bytes(parts, "activations of a batch"));
        Assert.True(Bytes(parts, "the layer at work, or a piece of the vocabulary's scores") >= tokens * 2 * layers.Max(layer => layer.Made + layer.Gradients));
    }

    [Theory]
    [InlineData("deepseek_v3_fp8")]
    [InlineData("gpt_oss_mxfp4")]
    [InlineData("qwen3_nf4_double")]
    public void Bytes_QuantisedFolder_AreItsOwnAndWhatIsUnpackedAtATime(string model)
    {
        var folder = SharedData.Golden("models", model);
        var config = ModelConfigFile.Read(folder);
        var numbers = ModelSizes.Of(config, lora: null).Parameters * 4;

        var (resident, unpacked) = FrozenWeights.Read(folder, config).Bytes(Quantization.None, bytes: 4);

        Assert.InRange(resident, 1, numbers - 1);
        Assert.InRange(unpacked, 1, numbers - resident + (numbers / 2));
    }

    [Fact]
    public void Parts_EveryWeight_CountWhatEachTakesFourTimesInFp32AndOnceMoreInBf16()
    {
        var folder = SharedData.Golden("models", "llama");
        var config = ModelConfigFile.Read(folder);
        var (memory, specification) = (MemoryEstimate.Of(folder, config), Specification(folder) with { Lora = null });
        var parameters = ModelSizes.Of(config, lora: null).Parameters;

        var (wide, half) = (memory.Parts(specification, longestRow: 64), memory.Parts(specification with { Precision = Precision.Bf16 }, longestRow: 64));

        Assert.Equal(parameters * 16, Bytes(wide, "weights, gradients and optimizer"));
        Assert.DoesNotContain(wide, part => part.Name == "weights as products read them");
        Assert.Equal(parameters * 2, Bytes(half, "weights as products read them"));
    }

    private static long Bytes(IReadOnlyList<MemoryPart> parts, string name) => Assert.Single(parts, part => part.Name == name).Bytes;

    private static RunSpecification Specification(string folder) => new()
    {
        Model = folder,
        Dataset = new DatasetOptions { Path = "" },
        Lora = new LoraOptions { Rank = Rank },
        Precision = Precision.Fp32,
        Batch = new BatchOptions { Rows = 2, ContextLength = 64 },
    };
}
