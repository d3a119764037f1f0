using System.Runtime.InteropServices;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf.Blocks;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>Turns rows of a tensor into a format's bytes: 16-bit types by libtorch, blocks on every processor.</summary>
internal static class RowEncoder
{
    private const int NumbersOfTask = 1 << 16;
    private const int HalfExponent = 0x7C00;

    /// <param name="rows">In main memory, of any type; whole rows.</param>
    /// <param name="type">The format.</param>
    /// <param name="name">What messages call the tensor.</param>
    /// <param name="target">Room for exactly these rows.</param>
    /// <exception cref="UserErrorException">A number is beyond half precision.</exception>
    public static unsafe void Encode(Tensor rows, GgufType type, string name, byte[] target)
    {
        var plain = DTypeOf(type);
        var source = rows.To(plain ?? DType.Float32).Contiguous();
        if (plain is null)
        {
            EncodeBlocks(BlockFormat.Of(type), (float*)source.DataPointer, source.ElementCount, target);
            return;
        }

        var bytes = new ReadOnlySpan<byte>((void*)source.DataPointer, checked((int)source.Bytes));
        if (type == GgufType.F16 && rows.DType != DType.Float16)
        {
            RefuseInfinite(MemoryMarshal.Cast<byte, ushort>(bytes), name);
        }

        bytes.CopyTo(target);
    }

    /// <summary>The element type that a format is, where it is one.</summary>
    public static DType? DTypeOf(GgufType type) => type switch
    {
        GgufType.F32 => DType.Float32,
        GgufType.F16 => DType.Float16,
        GgufType.BF16 => DType.BFloat16,
        _ => null,
    };

    private static unsafe void EncodeBlocks(BlockFormat format, float* numbers, long count, byte[] target)
    {
        var tasks = (int)((count + NumbersOfTask - 1) / NumbersOfTask);
        Parallel.For(0, tasks, task =>
        {
            var first = (long)task * NumbersOfTask;
            var length = (int)Math.Min(NumbersOfTask, count - first);
            format.Encode(new ReadOnlySpan<float>(numbers + first, length), target.AsSpan((int)format.BytesOf(first), (int)format.BytesOf(length)));
        });
    }

    private static void RefuseInfinite(ReadOnlySpan<ushort> halves, string name)
    {
        foreach (var bits in halves)
        {
            if ((bits & HalfExponent) == HalfExponent)
            {
                throw new UserErrorException(name, "This tensor holds a number beyond half precision (65504). Export it as bf16, or with a quantised type.");
            }
        }
    }
}
