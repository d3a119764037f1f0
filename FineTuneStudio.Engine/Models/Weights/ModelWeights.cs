using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models.Weights;

/// <summary>A network's tensors by hub name; owns them.</summary>
internal sealed class ModelWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PackedTensor> _packed = new(StringComparer.Ordinal);
    private readonly DType _dtype;

    private ModelWeights(Device device, DType dtype) => (Device, _dtype) = (device, dtype);

    public Device Device { get; }

    /// <summary>In the order the network uses them; without those that are packed.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> All { get; private set; } = [];

    /// <summary>Those that can learn: all but buffers.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Learnable { get; private set; } = [];

    /// <summary>Number of weights, packed ones too.</summary>
    public long Count => All.Sum(pair => pair.Value.ElementCount) + PackedCount;

    /// <summary>Number of weights that are packed.</summary>
    public long PackedCount => _packed.Values.Sum(packed => packed.ElementCount);

    public Tensor this[string name] => _tensors[name];

    public Tensor? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>A matrix, or a stack of them, that is kept in few bits.</summary>
    public PackedTensor? FindPacked(string name) => _packed.GetValueOrDefault(name);

    /// <summary>A matrix that shall not be in few bits: from now on its numbers are kept.</summary>
    public Tensor Unpacked(string name)
    {
        if (_packed.Remove(name, out var packed))
        {
            using (packed)
            {
                _tensors.Add(name, PackedLinear.Numbers(packed, _dtype).Own());
            }
        }

        return _tensors[name];
    }

    /// <summary>Weights from files: in place where the type is the file's own and nothing learns, else copied.</summary>
    /// <param name="config">The network.</param>
    /// <param name="files">Where they lie.</param>
    /// <param name="dtype">Type of their numbers.</param>
    /// <param name="trainable">Whether they learn.</param>
    /// <param name="device">Where they shall live.</param>
    /// <param name="quantization">What becomes of the layers' linears and experts; <see langword="null"/> unpacks those of a quantised source too.</param>
    public static ModelWeights Load(ModelConfig config, ITensorSource files, DType dtype, bool trainable, Device device, Quantization? quantization = null)
    {
        UserErrorException.ThrowIfAny(WeightCheck.Faults(config, files).Concat(trainable ? WeightCheck.BesideFaults(files) : []));

        PackedTensor? Packed(WeightSlot slot)
        {
            if (trainable || quantization is null || !WeightPlan.IsPackable(slot) || files.Find(slot.Name) is null)
            {
                return null;
            }

            if (quantization == Quantization.None)
            {
                return files.FindPacked(slot.Name);
            }

            using var weight = files.Get(slot.Name);
            var packed = WeightPacker.Pack(weight, quantization.Value);
            files.Forget(slot.Name);
            return packed;
        }

        return Fill(config, device, dtype, trainable, Packed, slot =>
        {
            if (files.Find(slot.Name) is null)
            {
                return null;
            }

            var mapped = files.Get(slot.Name);
            var tensor = mapped.To(device, TypeOf(slot, dtype));
            if (ReferenceEquals(tensor, mapped) && !trainable)
            {
                files.Fetch(slot.Name);
                return mapped;
            }

            var copy = ReferenceEquals(tensor, mapped) ? mapped.Clone() : tensor;
            files.Forget(slot.Name);
            return copy;
        });
    }

    /// <summary>Random weights.</summary>
    /// <param name="config">The network.</param>
    /// <param name="seed">The same seed gives the same bits.</param>
    /// <param name="dtype">Type of their numbers.</param>
    /// <param name="trainable">Whether they learn.</param>
    /// <param name="device">Where they shall live.</param>
    /// <param name="packed">Few bits for the layers' linears and experts, or <see langword="null"/>.</param>
    public static ModelWeights Create(ModelConfig config, long seed, DType dtype, bool trainable, Device device, PackedFormat? packed = null)
    {
        using var generator = new RandomGenerator(seed);

        // Of a stack, the matrices one after another, outputs first.
        PackedTensor? Packed(WeightSlot slot)
        {
            return packed is not { } format || !WeightPlan.IsPackable(slot) ? null
                : RandomPacked.Make(format, slot.Shape.Length == 2 ? slot.Shape[0] : slot.Shape[0] * slot.Shape[2], slot.Shape[1], config.InitializerRange, generator);
        }

        return Fill(config, device, dtype, trainable, Packed, slot => !slot.IsInNewModel ? null : slot.Kind switch
        {
            // Drawn in fp32 whatever the type, so that one seed makes one model.
            WeightKind.Matrix or WeightKind.Inner or WeightKind.Router
                => Tensor.Empty(slot.Shape, DType.Float32).FillNormal(0, config.InitializerRange, generator).To(device, TypeOf(slot, dtype)),
            WeightKind.Norm => Tensor.Full(slot.Shape, 1, dtype, device),
            _ => Tensor.Zeros(slot.Shape, TypeOf(slot, dtype), device),
        });
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }

        foreach (var packed in _packed.Values)
        {
            packed.Dispose();
        }
    }

    private static ModelWeights Fill(ModelConfig config, Device device, DType dtype, bool trainable, Func<WeightSlot, PackedTensor?> pack, Func<WeightSlot, Tensor?> make)
    {
        var weights = new ModelWeights(device, dtype);
        var slots = WeightPlan.Of(config);
        try
        {
            foreach (var slot in slots)
            {
                using var scope = TensorScope.Enter();
                if (pack(slot) is { } packed)
                {
                    weights._packed.Add(slot.Name, packed.To(device));
                }
                else if (make(slot) is { } tensor)
                {
                    tensor.RequiresGrad = trainable && slot.Kind != WeightKind.Buffer;
                    weights._tensors.Add(slot.Name, tensor.Own());
                }
            }
        }
        catch
        {
            weights.Dispose();
            throw;
        }

        var there = slots.Where(slot => weights._tensors.ContainsKey(slot.Name)).ToList();
        weights.All = [.. there.Select(slot => KeyValuePair.Create(slot.Name, weights[slot.Name]))];
        weights.Learnable = [.. weights.All.Where((_, index) => there[index].Kind != WeightKind.Buffer)];
        return weights;
    }

    private static DType TypeOf(WeightSlot slot, DType dtype) => slot.Kind is WeightKind.Buffer or WeightKind.Router ? DType.Float32 : dtype;
}
