using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf.Architectures;
using FineTuneStudio.Engine.Gguf.Blocks;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>Which format each tensor of an exported file gets.</summary>
internal static class WeightTypes
{
    private const string Embedding = "token_embd.weight";
    private const string Head = "output.weight";

    /// <summary>The format of a tensor.</summary>
    /// <param name="wanted">What the person chose.</param>
    /// <param name="name">The tensor's name in the file.</param>
    /// <param name="shape">Its shape.</param>
    public static GgufType Of(GgufWeightType wanted, string name, IReadOnlyList<long> shape)
    {
        // Vectors (and the biases of all experts) are small, and llama.cpp adds and multiplies them in single precision alone. Routers are small
        // too, and where they are rounded tokens go elsewhere.
        if (shape.Count == 1 || name.EndsWith(".bias", StringComparison.Ordinal) || name.Contains($".{GgufArchitecture.Router}", StringComparison.Ordinal))
        {
            return GgufType.F32;
        }

        var type = wanted switch
        {
            GgufWeightType.F32 => GgufType.F32,
            GgufWeightType.F16 => GgufType.F16,
            GgufWeightType.BF16 => GgufType.BF16,
            GgufWeightType.Q8 => GgufType.Q8_0,
            GgufWeightType.Q4 => name is Embedding or Head ? GgufType.Q8_0 : GgufType.Q4_0,
            GgufWeightType.Q4K when name is Embedding or Head => GgufType.Q8_0,

            // Where blocks of 256 do not fit, llama.cpp takes these as well.
            GgufWeightType.Q4K => shape[^1] % BlockFormat.Of(GgufType.Q4_K).Values == 0 ? GgufType.Q4_K : GgufType.Q5_0,
            _ => throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "Unknown type."),
        };
        return shape[^1] % BlockFormat.Of(type).Values == 0 ? type : GgufType.F16;
    }

    /// <summary>llama.cpp's number for the whole file: <c>general.file_type</c>.</summary>
    public static uint FileType(GgufWeightType wanted) => wanted switch
    {
        GgufWeightType.F32 => 0,
        GgufWeightType.F16 => 1,
        GgufWeightType.Q4 => 2,
        GgufWeightType.Q8 => 7,
        GgufWeightType.Q4K => 14,
        GgufWeightType.BF16 => 32,
        _ => throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "Unknown type."),
    };
}
