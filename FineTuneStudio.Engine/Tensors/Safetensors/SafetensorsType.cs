using System.Collections.Frozen;

namespace FineTuneStudio.Engine.Tensors.Safetensors;

/// <summary>An element type as a safetensors header names it.</summary>
/// <param name="Name">The name in the header: <c>F32</c>, <c>BF16</c>, ...</param>
/// <param name="Bits">Size of one element; the small float types are packed.</param>
/// <param name="DType">The type it is computed in, or <see langword="null"/> for those that only quantised models use.</param>
public sealed record SafetensorsType(string Name, int Bits, DType? DType)
{
    private static readonly FrozenDictionary<string, SafetensorsType> Known = new SafetensorsType[]
    {
        new("BOOL", 8, Tensors.DType.Bool),
        new("U8", 8, Tensors.DType.UInt8),
        new("I8", 8, Tensors.DType.Int8),
        new("I16", 16, Tensors.DType.Int16),
        new("I32", 32, Tensors.DType.Int32),
        new("I64", 64, Tensors.DType.Int64),
        new("F16", 16, Tensors.DType.Float16),
        new("BF16", 16, Tensors.DType.BFloat16),
        new("F32", 32, Tensors.DType.Float32),
        new("F64", 64, Tensors.DType.Float64),
        new("U16", 16, null),
        new("U32", 32, null),
        new("U64", 64, null),
        new("F8_E4M3", 8, null),
        new("F8_E5M2", 8, null),
        new("F8_E8M0", 8, null),
        new("F6_E2M3", 6, null),
        new("F6_E3M2", 6, null),
        new("F4", 4, null),
        new("C64", 64, null),
    }.ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>All names, for messages.</summary>
    public static string AllNames => string.Join(", ", Known.Keys.Order(StringComparer.Ordinal));

    /// <summary>The type with this name, or <see langword="null"/>.</summary>
    public static SafetensorsType? Find(string name) => Known.GetValueOrDefault(name);

    /// <summary>How a header names an element type of ours.</summary>
    public static SafetensorsType Of(DType dtype) => Known.Values.Single(type => type.DType == dtype);
}
