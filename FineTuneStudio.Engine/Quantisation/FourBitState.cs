using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Quantisation;

/// <summary>What bitsandbytes writes beside a 4-bit weight: <c>quant_state.bitsandbytes__nf4</c>, the bytes of a JSON text.</summary>
/// <param name="BlockSize">Numbers that share one scale; blocks run over the flat tensor.</param>
/// <param name="DType">Type that values are rounded to.</param>
/// <param name="Shape">Sizes of the weight.</param>
/// <param name="NestedBlockSize">Scales that share one scale, where scales are quantised too; else 0.</param>
/// <param name="NestedOffset">Added to every restored scale.</param>
internal sealed record FourBitState(int BlockSize, DType DType, long[] Shape, int NestedBlockSize, float NestedOffset)
{
    /// <summary>Number of elements.</summary>
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Reads the text.</summary>
    /// <exception cref="UserErrorException">It is none.</exception>
    public static FourBitState Parse(ReadOnlyMemory<byte> json, string path, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var shape = root.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
            var state = new FourBitState(
                root.GetProperty("blocksize").GetInt32(),
                root.GetProperty("dtype").GetString() switch { "bfloat16" => DType.BFloat16, "float16" => DType.Float16, _ => DType.Float32 },
                shape,
                root.TryGetProperty("nested_blocksize", out var nested) ? nested.GetInt32() : 0,
                root.TryGetProperty("nested_offset", out var offset) ? offset.GetSingle() : 0);
            return state.BlockSize > 0 && state.NestedBlockSize >= 0 && shape.Length is >= 1 and <= 4 && shape.All(size => size is > 0 and < int.MaxValue)
                ? state
                : throw new UserErrorException(path, $"The quantisation state of '{name}' has impossible sizes.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new UserErrorException(path, $"The quantisation state of '{name}' cannot be read: {exception.Message}");
        }
    }
}
