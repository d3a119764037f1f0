using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Quantisation;

/// <summary>Finds the quantised weights of a folder by what stands beside them.</summary>
internal sealed class QuantisedLayouts(SafetensorsFolder files)
{
    private const string StateMark = ".quant_state.bitsandbytes__";
    private const string InverseScale = "_scale_inv";
    private const string Blocks = "_blocks";
    private const string Scales = "_scales";

    /// <summary>What each quantised weight becomes, and the names that are spent on it.</summary>
    /// <exception cref="UserErrorException">A part is missing, or does not fit.</exception>
    public (IReadOnlyList<DequantisedTensor> Tensors, IReadOnlySet<string> Spent) Find()
    {
        var tensors = new List<DequantisedTensor>();
        var spent = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in files.Names)
        {
            if (name.IndexOf(StateMark, StringComparison.Ordinal) is var state and > 0)
            {
                tensors.Add(FourBit(name[..state], name));
                spent.UnionWith(files.Names.Where(other => other.StartsWith(name[..state] + ".", StringComparison.Ordinal)).Append(name[..state]));
            }
            else if (name.EndsWith(InverseScale, StringComparison.Ordinal))
            {
                tensors.Add(Float8(name[..^InverseScale.Length], name));
                spent.UnionWith([name, name[..^InverseScale.Length]]);
            }
            else if (name.EndsWith(Blocks, StringComparison.Ordinal) && files.Find(name[..^Blocks.Length] + Scales) is not null)
            {
                tensors.Add(Microscaling(name[..^Blocks.Length]));
                spent.UnionWith([name, name[..^Blocks.Length] + Scales]);
            }
        }

        return (tensors, spent);
    }

    private DequantisedTensor FourBit(string weight, string stateName)
    {
        using var stateBytes = files.GetBytes(stateName);
        var state = FourBitState.Parse(stateBytes.ToArray<byte>(), files.Path, weight);
        var blocks = (state.Elements + state.BlockSize - 1) / state.BlockSize;
        Expect(weight, entry => entry.Bytes == (state.Elements + 1) / 2);
        Expect(weight + ".absmax", entry => entry.Elements == blocks);
        Expect(weight + ".quant_map", entry => entry.Elements == 16);
        if (state.NestedBlockSize > 0)
        {
            Expect(weight + ".nested_absmax", entry => entry.Elements == (blocks + state.NestedBlockSize - 1) / state.NestedBlockSize);
            Expect(weight + ".nested_quant_map", entry => entry.Elements == 256);
        }

        return new DequantisedTensor(weight, state.Shape, state.DType, () => Load(weight, state))
        {
            // A stack is flat there, and its blocks may run across its matrices.
            LoadPacked = state.Shape.Length == 2 ? () => LoadPacked(weight, state) : null,
            PackedBytes = files.Find(weight)!.Bytes + files.Find(weight + ".absmax")!.Bytes,
        };
    }

    private Tensor Load(string weight, FourBitState state)
    {
        using var scope = TensorScope.Enter();
        using var packed = LoadPacked(weight, state with { Shape = [1, state.Elements] });
        return scope.Keep(PackedLinear.Numbers(packed, state.DType).Reshape(state.Shape));
    }

    private PackedTensor LoadPacked(string weight, FourBitState state)
    {
        using var scope = TensorScope.Enter();

        // Copied: the file's pages would stay beside what is copied anyway, and small parts are not aligned there.
        var (codes, table) = (files.GetBytes(weight).Clone(), files.Get(weight + ".quant_map").Clone());
        var packed = state.NestedBlockSize == 0
            ? PackedTensor.FourBit(state.Shape, codes, files.Get(weight + ".absmax").To(DType.Float32).Clone(), table, state.BlockSize)
            : PackedTensor.FourBit(
                state.Shape, codes, files.Get(weight + ".absmax").Clone(), table, state.BlockSize,
                files.Get(weight + ".nested_absmax").Clone(), files.Get(weight + ".nested_quant_map").Clone(), state.NestedBlockSize, state.NestedOffset);
        files.Forget(weight);
        return packed.RoundedTo(state.DType);
    }

    private DequantisedTensor Float8(string weight, string scaleName)
    {
        Expect(weight, entry => entry.Type.Name == "F8_E4M3" && entry.Shape.Count == 2);
        Expect(scaleName, entry => entry.Type.DType is DType.Float32 or DType.BFloat16 && entry.Shape.Count == 2);
        var (shape, scales) = (files.Find(weight)!.Shape, files.Find(scaleName)!.Shape);

        // Scales lie on a square grid whose step the configuration gives; powers of two all, so the shapes alone tell it.
        var step = Step(shape, scales) ?? throw Fault(scaleName);
        return new DequantisedTensor(weight, [.. shape], DType.Float32, () => Load(LoadPacked, DType.Float32, numbers => numbers))
        {
            LoadPacked = LoadPacked, PackedBytes = files.Find(weight)!.Bytes + (files.Find(scaleName)!.Elements * sizeof(float)),
        };

        PackedTensor LoadPacked()
        {
            using var scope = TensorScope.Enter();
            files.Fetch(weight);
            return PackedTensor.Float8([.. shape], files.GetBytes(weight), files.Get(scaleName).To(DType.Float32).Clone(), step);
        }
    }

    private DequantisedTensor Microscaling(string weight)
    {
        Expect(weight + Blocks, entry => entry.Shape.Count == 4 && entry.Shape[3] == MicroscalingFormat.GroupSize / 2);
        var shape = files.Find(weight + Blocks)!.Shape;
        Expect(weight + Scales, entry => entry.Shape.SequenceEqual(shape.Take(3)));
        var (experts, outputs, inputs) = (shape[0], shape[1], shape[2] * MicroscalingFormat.GroupSize);

        // In the file each output's weights lie together; the model's own tensor has inputs first.
        return new DequantisedTensor(
            weight, [experts, inputs, outputs], DType.BFloat16,
            () => Load(LoadPacked, DType.BFloat16, numbers => numbers.View(experts, outputs, inputs).Transpose(1, 2).Contiguous()))
        {
            LoadPacked = LoadPacked, PackedBytes = files.Find(weight + Blocks)!.Bytes + files.Find(weight + Scales)!.Bytes,
        };

        PackedTensor LoadPacked()
        {
            using var scope = TensorScope.Enter();
            files.Fetch(weight + Blocks);
            return PackedTensor.Microscaled(
                [experts * outputs, inputs], files.GetBytes(weight + Blocks), files.GetBytes(weight + Scales), Tensor.From(MicroscalingFormat.Values),
                Tensor.From<float>(MicroscalingFormat.Powers), MicroscalingFormat.GroupSize);
        }
    }

    private static Tensor Load(Func<PackedTensor> load, DType dtype, Func<Tensor, Tensor> shaped)
    {
        using var scope = TensorScope.Enter();
        using var packed = load();
        return scope.Keep(shaped(PackedLinear.Numbers(packed, dtype)));
    }

    private static long? Step(IReadOnlyList<long> shape, IReadOnlyList<long> scales)
    {
        for (var step = 16L; step <= 1024; step *= 2)
        {
            if ((shape[0] + step - 1) / step == scales[0] && (shape[1] + step - 1) / step == scales[1])
            {
                return step;
            }
        }

        return null;
    }

    private void Expect(string name, Func<SafetensorsEntry, bool> holds)
    {
        if (files.Find(name) is not { } entry || !holds(entry))
        {
            throw Fault(name);
        }
    }

    private UserErrorException Fault(string name)
        => new(files.Path, $"Tensor '{name}' of a quantised weight is {(files.Find(name) is { } entry ? $"{entry.Type.Name} {entry.ShapeText}, which does not fit its other parts" : "missing")}. Fetch the model again.");
}
