using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Models;

/// <summary>A decoder-only language model: token ids in, normed hidden states and logits out.</summary>
/// <remarks>
/// Frozen unless made trainable. <see cref="WithAdapter"/> makes further views over the same weights, each with its own adapter, so that
/// training, evaluation and a base-model answer share one copy; dispose the views before the model that was loaded.
/// </remarks>
public sealed class CausalModel : IDisposable
{
    private readonly ModelWeights _weights;
    private readonly bool _ownsWeights;
    private readonly IReadOnlyList<DecoderLayer> _layers;
    private readonly RopeSet _ropes;
    private readonly Tensor _embedding;
    private readonly double _embeddingScale;
    private readonly LinearLayer _head;
    private readonly Norm _finalNorm;

    private CausalModel(ModelConfig config, ModelWeights weights, DType computeType)
    {
        Config = config;
        ComputeType = computeType;
        _weights = weights;
        _ownsWeights = true;
        _layers = [.. config.Layers.Select((_, index) => new DecoderLayer(config, weights, index))];
        _ropes = new RopeSet(config, weights.Device);
        _embedding = weights[WeightPlan.Embedding + WeightSlot.WeightSuffix];
        _embeddingScale = Rounded(config.EmbeddingScale, computeType);
        _head = new LinearLayer(WeightPlan.Head, weights.Find(WeightPlan.Head + WeightSlot.WeightSuffix) ?? _embedding, bias: null, isHead: true);
        _finalNorm = new Norm(weights[WeightPlan.FinalNorm + WeightSlot.WeightSuffix], config.NormEpsilon, config.OffsetNorms);
    }

    private CausalModel(CausalModel model, AdapterSet? adapter)
    {
        Config = model.Config;
        ComputeType = model.ComputeType;
        Adapter = adapter;
        _weights = model._weights;
        _layers = [.. model._layers.Select(layer => layer.With(adapter))];
        (_ropes, _finalNorm, _embeddingScale) = (model._ropes, model._finalNorm, model._embeddingScale);

        // A saved embedding does not move a tied head: that stays the base's, unless it is saved too.
        var embedding = _weights[WeightPlan.Embedding + WeightSlot.WeightSuffix];
        var head = _weights.Find(WeightPlan.Head + WeightSlot.WeightSuffix) ?? embedding;
        _embedding = adapter?.SavedModules.GetValueOrDefault(WeightPlan.Embedding) ?? embedding;
        head = adapter?.SavedModules.GetValueOrDefault(WeightPlan.Head) ?? head;
        _head = new LinearLayer(WeightPlan.Head, head, bias: null, isHead: true).With(adapter);
    }

    /// <summary>The network's description.</summary>
    public ModelConfig Config { get; }

    /// <summary>Element type of activations.</summary>
    public DType ComputeType { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device => _weights.Device;

    /// <summary>What is learnt beside the weights in this view.</summary>
    public AdapterSet? Adapter { get; }

    /// <summary>The base's weights that can learn, by hub name, in the order the network uses them; a tied head is the embedding.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Parameters => _weights.Learnable;

    /// <summary>Number of the base's weights.</summary>
    public long ParameterCount => _weights.Count;

    /// <summary>Number of those that are kept in few bits.</summary>
    public long PackedCount => _weights.PackedCount;

    /// <summary>Every linear that an adapter may stand beside; the head is the last.</summary>
    public IReadOnlyList<LinearShape> Linears => WeightPlan.Linears(Config);

    /// <summary>What makes logits; with an adapter on the head, of their sum.</summary>
    public LanguageHead Head
        => new((_head.Adapter is null ? _head.Weight : _head.Adapter.Merge(_head.Weight)).To(ComputeType), Config.LogitScale, Config.LogitSoftCap);

    /// <summary>The frozen weight of a linear; one that is packed is made anew, in fp32, for the caller's scope. <c>[out, in]</c></summary>
    internal Tensor WeightOf(LinearShape linear)
    {
        var name = linear.Name + WeightSlot.WeightSuffix;
        return linear.IsHead ? _head.Weight
            : _weights.FindPacked(name) is { } packed ? PackedLinear.Numbers(packed, DType.Float32)
            : _weights[name];
    }

    /// <summary>Loads a model folder in Hugging Face layout.</summary>
    /// <param name="folder">Holds <c>config.json</c> and safetensors.</param>
    /// <param name="precision">Element type of weights and activations; weights stored in it are used in place.</param>
    /// <param name="device">Where it shall live.</param>
    /// <param name="trainable">Every weight learns: fp32 masters, copied, whatever the precision of activations.</param>
    /// <param name="quantization">What becomes of the frozen linears and experts of the layers; <see langword="null"/> unpacks those of a quantised folder too.</param>
    /// <exception cref="UserErrorException">No model, one that is not built, or weights that do not fit; every fault at once.</exception>
    public static CausalModel Load(string folder, Precision precision, Device device = default, bool trainable = false, Quantization? quantization = null)
    {
        var config = ModelConfigFile.Read(folder);
        var files = ModelFolder.Weights(SafetensorsFolder.Open(folder));
        var computeType = TypeOf(precision, device);
        return new CausalModel(config, ModelWeights.Load(config, files, trainable ? DType.Float32 : computeType, trainable, device, quantization), computeType);
    }

    /// <summary>Loads a model whose weights lie elsewhere than in a folder of safetensors.</summary>
    /// <param name="config">The network.</param>
    /// <param name="weights">Its tensors by hub name.</param>
    /// <param name="precision">Element type of weights and activations.</param>
    /// <param name="quantization">What becomes of the linears and experts of the layers; <see langword="null"/> unpacks all.</param>
    /// <exception cref="UserErrorException">Weights that do not fit; every fault at once.</exception>
    internal static CausalModel Load(ModelConfig config, ITensorSource weights, Precision precision, Quantization? quantization = null)
    {
        var computeType = TypeOf(precision, default);
        return new CausalModel(config, ModelWeights.Load(config, weights, computeType, trainable: false, default, quantization), computeType);
    }

    /// <summary>Makes a model anew, with random weights.</summary>
    /// <param name="config">The network.</param>
    /// <param name="seed">The same seed gives the same bits.</param>
    /// <param name="precision">Element type of activations, and of weights that do not learn.</param>
    /// <param name="device">Where it shall live.</param>
    /// <param name="trainable">Every weight learns: fp32 masters.</param>
    /// <param name="packed">Few bits for the linears and experts of the layers, or <see langword="null"/>.</param>
    public static CausalModel Create(ModelConfig config, long seed, Precision precision, Device device = default, bool trainable = false, PackedFormat? packed = null)
    {
        var computeType = TypeOf(precision, device);
        return new CausalModel(config, ModelWeights.Create(config, seed, trainable ? DType.Float32 : computeType, trainable, device, packed), computeType);
    }

    /// <summary>The same weights with an adapter beside them, or with none.</summary>
    /// <param name="adapter">Made or loaded for this model's <see cref="Linears"/>; stays its owner's.</param>
    /// <returns>A view: cheap, and disposing it releases nothing.</returns>
    /// <exception cref="UserErrorException">The adapter saves a module that this model does not have, or of another shape.</exception>
    public CausalModel WithAdapter(AdapterSet? adapter)
    {
        UserErrorException.ThrowIfAny((adapter?.SavedModules ?? new Dictionary<string, Tensor>()).SelectMany(saved => CheckSaved(Config, saved)));
        return new CausalModel(this, adapter);
    }

    /// <summary>The final-normed hidden state of every token.</summary>
    /// <param name="batch">On this model's device.</param>
    /// <param name="context">What the queries see; in training, dropout and checkpointing.</param>
    /// <returns><c>[N, D]</c>, in <see cref="ComputeType"/></returns>
    public Tensor Hidden(TokenBatch batch, AttentionContext context)
    {
        if (batch.LargestId >= Config.VocabularySize)
        {
            throw new ArgumentException($"Token id {batch.LargestId} is outside of the model's vocabulary of {Config.VocabularySize}.", nameof(batch));
        }

        using var scope = TensorScope.Enter();
        var ropes = _ropes.Tables(batch);
        if (context.Checkpointing)
        {
            // A checkpointed layer reads them again in the backward pass, after this scope.
            foreach (var (cos, sin) in ropes)
            {
                scope.Keep(cos);
                scope.Keep(sin);
            }
        }

        var x = _embedding.Embedding(batch.Ids).To(ComputeType);
        x = _embeddingScale == 1 ? x : x * _embeddingScale;
        for (var index = 0; index < _layers.Count; index++)
        {
            context.HiddenObserved?.Invoke(index, x);
            var rope = _ropes.Of(index, ropes);
            x = context.Checkpointing ? Checkpointed(_layers[index], x, rope, context) : _layers[index].Apply(x, rope, context);
        }

        x = _finalNorm.Apply(x);
        context.HiddenObserved?.Invoke(_layers.Count, x);
        return scope.Keep(x);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsWeights)
        {
            _weights.Dispose();
        }
    }

    /// <summary>What is wrong with a module that an adapter saves whole.</summary>
    internal static IEnumerable<UserError> CheckSaved(ModelConfig config, KeyValuePair<string, Tensor> saved)
    {
        if (saved.Key is not (WeightPlan.Head or WeightPlan.Embedding))
        {
            yield return new("modules_to_save", $"'{saved.Key}' is saved whole; only {WeightPlan.Head} and {WeightPlan.Embedding} are built.");
        }
        else if (!saved.Value.Shape.SequenceEqual([config.VocabularySize, config.HiddenSize]))
        {
            yield return new("modules_to_save", $"'{saved.Key}' is {saved.Value}; this model needs [{config.VocabularySize}, {config.HiddenSize}].");
        }
    }

    private static DType TypeOf(Precision precision, Device device) => precision switch
    {
        Precision.Fp16 when device.IsCpu => throw new UserErrorException(
            "precision", "fp16 is for graphics cards without bf16; a processor has no products of that type. Use bf16 (half the memory) or fp32."),
        Precision.Fp16 => DType.Float16,
        Precision.Bf16 => DType.BFloat16,
        Precision.Fp32 => DType.Float32,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "Unknown precision."),
    };

    // The reference implementations multiply by the factor as the type of activations has it.
    private static double Rounded(double factor, DType type)
    {
        using var scope = TensorScope.Enter();
        return Tensor.Full([1], factor, type).Item();
    }

    // The second run must drop what the first dropped, so the random stream is set back for it.
    private static Tensor Checkpointed(DecoderLayer layer, Tensor x, RopeTables? rope, AttentionContext context)
    {
        if (!x.RequiresGrad)
        {
            // Behind a frozen embedding nothing would ask for this layer's gradients otherwise.
            x.RequiresGrad = true;
        }

        if (context.Dropout is not { } generator)
        {
            return Tensor.Checkpoint(input => layer.Apply(input, rope, context), x);
        }

        var before = generator.GetState().Own();
        var isFirst = true;
        return Tensor.Checkpoint(
            input =>
            {
                if (isFirst)
                {
                    isFirst = false;
                    return layer.Apply(input, rope, context);
                }

                using var now = generator.GetState().Own();
                generator.SetState(before);
                before.Dispose();
                var output = layer.Apply(input, rope, context);
                generator.SetState(now);
                return output;
            },
            x);
    }
}
