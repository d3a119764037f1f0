using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>Memory of a base model that does not learn, from the headers of its files.</summary>
internal sealed class FrozenWeights
{
    // What a product with experts in few bits unpacks at a time, beyond the matrices of one.
    private const long UnpackedExperts = 32L << 20;
    private const int Fp32 = 4;

    private readonly ITensorSource _files;
    private readonly IReadOnlyList<WeightSlot> _slots;

    private FrozenWeights(ModelConfig config, ITensorSource files)
    {
        _files = files;
        _slots = [.. WeightPlan.Of(config).Where(slot => files.Find(slot.Name) is not null)];
    }

    /// <summary>Reads the headers.</summary>
    /// <param name="folder">Of the model.</param>
    /// <param name="config">What it describes.</param>
    /// <exception cref="UserErrorException">There are no weights, or quantised ones lack a part.</exception>
    public static FrozenWeights Read(string folder, ModelConfig config) => new(config, ModelFolder.Weights(SafetensorsFolder.Open(folder)));

    /// <summary>What is there all the time, and the most that is unpacked at a time beside it.</summary>
    /// <param name="quantization">What becomes of linears and experts.</param>
    /// <param name="bytes">Of a number that is not packed.</param>
    public (long Resident, long Unpacked) Bytes(Quantization quantization, int bytes)
    {
        var (resident, largest, experts) = (0L, 0L, 0L);
        foreach (var slot in _slots)
        {
            var packed = PackedBytes(slot, quantization);
            resident += packed ?? (slot.Elements * (slot.Kind is WeightKind.Router or WeightKind.Buffer ? Fp32 : bytes));
            if (packed is not null)
            {
                // Of a stack, one expert's.
                largest = Math.Max(largest, slot.Elements * bytes / (slot.Shape.Length == 2 ? 1 : slot.Shape[0]));
                experts += slot.Kind == WeightKind.Inner ? slot.Elements * bytes : 0;
            }
        }

        return (resident, Math.Max(largest, Math.Min(experts, UnpackedExperts)));
    }

    // A stack has outputs in its rows once it is packed.
    private long? PackedBytes(WeightSlot slot, Quantization quantization)
        => !WeightPlan.IsPackable(slot) ? null
            : quantization == Quantization.None ? _files.PackedBytes(slot.Name)
            : slot.Shape.Length == 2 ? WeightPacker.BytesOf(slot.Shape[0], slot.Shape[1], quantization)
            : WeightPacker.BytesOf(slot.Shape[0] * slot.Shape[2], slot.Shape[1], quantization);
}
