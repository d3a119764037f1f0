using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Models;

/// <summary>A network's tensors by hub name; owns them.</summary>
internal sealed class ModelWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    private ModelWeights(Device device) => Device = device;

    public Device Device { get; }

    /// <summary>In the order the network uses them.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> All { get; private set; } = [];

    public Tensor this[string name] => _tensors[name];

    public Tensor? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>Weights from files: in place where the type is the file's own and nothing learns, else copied.</summary>
    public static ModelWeights Load(ModelConfig config, SafetensorsFolder files, DType dtype, bool trainable, Device device)
    {
        UserErrorException.ThrowIfAny(WeightCheck.Faults(config, files));
        return Fill(config, device, trainable, slot =>
        {
            if (files.Find(slot.Name) is null)
            {
                return null;
            }

            var mapped = files.Get(slot.Name);
            var tensor = mapped.To(dtype).To(device);
            return trainable && ReferenceEquals(tensor, mapped) ? mapped.Clone() : tensor;
        });
    }

    /// <summary>Random weights.</summary>
    public static ModelWeights Create(ModelConfig config, long seed, DType dtype, bool trainable, Device device)
    {
        using var generator = new RandomGenerator(seed);
        return Fill(config, device, trainable, slot => slot.Kind switch
        {
            // Drawn in fp32 whatever the type, so that one seed makes one model.
            WeightKind.Matrix => Tensor.Empty(slot.Shape, DType.Float32).FillNormal(0, config.InitializerRange, generator).To(dtype).To(device),
            WeightKind.Norm => Tensor.Full(slot.Shape, 1, dtype, device),
            _ => HasBias(config, slot.Name) ? Tensor.Zeros(slot.Shape, dtype, device) : null,
        });
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static ModelWeights Fill(ModelConfig config, Device device, bool trainable, Func<WeightSlot, Tensor?> make)
    {
        var weights = new ModelWeights(device);
        var slots = WeightPlan.Of(config);
        try
        {
            foreach (var slot in slots)
            {
                using var scope = TensorScope.Enter();
                if (make(slot) is { } tensor)
                {
                    tensor.RequiresGrad = trainable;
                    weights._tensors.Add(slot.Name, tensor.Own());
                }
            }
        }
        catch
        {
            weights.Dispose();
            throw;
        }

        weights.All = [.. slots.Where(slot => weights._tensors.ContainsKey(slot.Name)).Select(slot => KeyValuePair.Create(slot.Name, weights[slot.Name]))];
        return weights;
    }

    private static bool HasBias(ModelConfig config, string name)
        => config.Layers[0].Attention.QueryKeyValueBias && (name.EndsWith("q_proj.bias", StringComparison.Ordinal)
            || name.EndsWith("k_proj.bias", StringComparison.Ordinal) || name.EndsWith("v_proj.bias", StringComparison.Ordinal));
}
