using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>What fills memory at the peak of a step: counted allocation by allocation, from the shapes of model and batch.</summary>
internal sealed class MemoryEstimate
{
    private const long ProgramBytes = 250L << 20;
    private const int Fp32 = 4;
    private const int Half = 2;
    private const string AtWork = "the layer at work, or a piece of the vocabulary's scores";

    // Of the vocabulary's scores, as the loss has them: a piece of at most so many bytes, of at least so many rows.
    private const long ScoresBytes = 48L << 20;
    private const int LeastScores = 32;

    // One layer's tensors for 8 recomputed layers, three for 28, four for 30: so the heap grew.
    private const int LayersToAHole = 8;

    private readonly ModelConfig _config;
    private readonly FrozenWeights _base;

    private MemoryEstimate(ModelConfig config, FrozenWeights weights) => (_config, _base) = (config, weights);

    /// <summary>For runs on a model.</summary>
    /// <param name="folder">Of the base model, whose headers are read.</param>
    /// <param name="config">What it describes.</param>
    public static MemoryEstimate Of(string folder, ModelConfig config) => new(config, FrozenWeights.Read(folder, config));

    /// <summary>What the optimizer keeps of each weight between steps, in bytes; what is small beside the weights themselves is left out.</summary>
    public static double StateBytesPerWeight(OptimizerOptions optimizer) => optimizer.Kind switch
    {
        OptimizerKind.AdamW => 2 * Fp32,
        OptimizerKind.AdamW8Bit => 2 + (2.0 * Fp32 / AdamW8BitStep.BlockSize),
        OptimizerKind.Sgd => optimizer.Sgd.Momentum > 0 ? Fp32 : 0,
        OptimizerKind.Adafactor => optimizer.Adafactor.Beta1 > 0 ? Fp32 : 0,
        OptimizerKind.Muon => Fp32,
        var other => throw new ArgumentOutOfRangeException(nameof(optimizer), other, "Unknown optimizer."),
    };

    /// <summary>The parts.</summary>
    /// <param name="specification">Batch, precision, what learns.</param>
    /// <param name="longestRow">Tokens of the longest row.</param>
    public IReadOnlyList<MemoryPart> Parts(RunSpecification specification, int longestRow)
    {
        var batch = specification.Batch;
        var tokens = (long)batch.Rows * (batch.Packing ? batch.ContextLength : Math.Min(longestRow, batch.ContextLength));
        var bytes = specification.Precision == Precision.Fp32 ? Fp32 : Half;
        var program = new MemoryPart("program and libraries", ProgramBytes);
        var others = specification.Lora is { } lora ? OfAdapter(lora, specification, tokens, bytes) : OfWeights(specification, tokens, bytes);
        return [program, .. others.Where(part => part.Bytes > 0)];
    }

    private IEnumerable<MemoryPart> OfAdapter(LoraOptions lora, RunSpecification specification, long tokens, int bytes)
    {
        var (sizes, layers) = (ModelSizes.Of(_config, lora), LayersAtWork(specification));
        var (resident, unpacked) = _base.Bytes(specification.Quantization, bytes);
        yield return new("weights of the base model", resident + unpacked);
        yield return new("adapter, gradients and optimizer", (long)(sizes.Trainable * ((2 * Fp32) + StateBytesPerWeight(specification.Optimizer))));
        if (sizes.Start > 0)
        {
            yield return new("what the adapter began as", sizes.Start * Fp32);
        }

        // Products read it in their own type; graphs keep it so.
        yield return new("adapter as products read it", bytes == Fp32 ? 0 : sizes.Trainable * bytes * layers / _config.Layers.Count);
        if (lora.Dora)
        {
            var outputs = AdapterSet.Wanted(WeightPlan.Linears(_config), lora).Where(linear => !linear.IsHead).Sum(linear => linear.Outputs);
            yield return new("products that magnitudes scale", tokens * outputs * bytes * layers / _config.Layers.Count);
        }

        var activations = LayerActivations.Of(_config, lora);
        var (kept, work) = Activations(activations, specification.GradientCheckpointing, tokens, bytes);
        yield return new("activations of a batch", kept);
        yield return new(AtWork, Math.Max(work, Scores(tokens, bytes)));
    }

    // Gradients go before the next step's activations come, but lie between what the optimizer keeps: the holes that they leave are of weights' sizes, and activations seldom fit.
    private IEnumerable<MemoryPart> OfWeights(RunSpecification specification, long tokens, int bytes)
    {
        var parameters = ModelSizes.Of(_config, lora: null).Parameters;
        var vocabulary = (long)_config.VocabularySize * _config.HiddenSize;
        yield return new("weights, gradients and optimizer", (long)(parameters * ((2 * Fp32) + StateBytesPerWeight(specification.Optimizer))));
        yield return new("weights as products read them", bytes == Fp32 ? 0 : bytes * (((parameters - vocabulary) * LayersAtWork(specification) / _config.Layers.Count) + vocabulary));

        // The head's gradient gathers in fp32 while scores are there, and leaves in the type of activations.
        var (kept, work) = Activations(LayerActivations.Of(_config, lora: null), specification.GradientCheckpointing, tokens, bytes);
        yield return new("activations of a batch", kept);
        yield return new(AtWork, Math.Max(work, Scores(tokens, bytes) + (vocabulary * (bytes == Fp32 ? Fp32 : Fp32 + Half))));
    }

    private int LayersAtWork(RunSpecification specification) => specification.GradientCheckpointing ? 1 : _config.Layers.Count;

    // What the layers fill, and what the one at work has beside that: gradients. The heap gives out aligned blocks, which never fit into the hole that one of the same size left;
    // so what a layer made and let go of counts like what it kept. Where layers are computed again only their inputs stay, and the one at work has all of its own; gradients that stay lie
    // among what each lets go of, so that the heap grows by what one layer makes for every few layers (measured: docs/log.md, memory counted).
    private (long Kept, long Work) Activations(IReadOnlyList<LayerActivations> layers, bool recomputed, long tokens, int bytes)
        => recomputed
            ? (tokens * bytes * ((layers.Count * _config.HiddenSize) + (layers.Max(layer => layer.Made) * layers.Count / LayersToAHole)), tokens * bytes * layers.Max(layer => layer.Made + layer.Gradients))
            : (tokens * bytes * layers.Sum(layer => layer.Made), tokens * bytes * layers.Max(layer => layer.Gradients));

    // A piece, and the stream as the loss reads it: as it leaves the layers, normed, what is learnt of it, and its gradient.
    private long Scores(long tokens, int bytes)
    {
        const int streams = 4;
        var row = (long)_config.VocabularySize * bytes;
        return (Math.Min(tokens, Math.Max(LeastScores, ScoresBytes / row)) * row) + (streams * tokens * _config.HiddenSize * bytes);
    }
}
