using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Weights;

/// <summary>A network's tensors by hub name; owns them.</summary>
internal sealed class ModelWeights : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    private ModelWeights(Device device) => Device = device;

    public Device Device { get; }

    /// <summary>In the order the network uses them.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> All { get; private set; } = [];

    /// <summary>Those that can learn: all but buffers.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Learnable { get; private set; } = [];

    public Tensor this[string name] => _tensors[name];

    public Tensor? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>Weights from files: in place where the type is the file's own and nothing learns, else copied.</summary>
    public static ModelWeights Load(ModelConfig config, ITensorSource files, DType dtype, bool trainable, Device device)
    {
        UserErrorException.ThrowIfAny(WeightCheck.Faults(config, files));
        return Fill(config, device, trainable, slot =>
        {
            if (files.Find(slot.Name) is null)
            {
                return null;
            }

            var mapped = files.Get(slot.Name);
            var tensor = mapped.To(device, TypeOf(slot, dtype));
            return trainable && ReferenceEquals(tensor, mapped) ? mapped.Clone() : tensor;
        });
    }

    /// <summary>Random weights.</summary>
    public static ModelWeights Create(ModelConfig config, long seed, DType dtype, bool trainable, Device device)
    {
        using var generator = new RandomGenerator(seed);
        return Fill(config, device, trainable, slot => !slot.IsInNewModel ? null : slot.Kind switch
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
