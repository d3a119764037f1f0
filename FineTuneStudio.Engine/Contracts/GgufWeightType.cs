using System.Text.Json.Serialization;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>How the matrices of an exported GGUF file are stored; norms and biases are always single precision.</summary>
public enum GgufWeightType
{
    /// <summary>Half precision: what every llama.cpp runs, at 2 bytes a weight.</summary>
    [JsonStringEnumMemberName("f16")]
    F16,

    /// <summary>bfloat16: the bits that most models are published in.</summary>
    [JsonStringEnumMemberName("bf16")]
    BF16,

    /// <summary>8 bits and a scale for every 32 weights: half the size of f16, hardly a difference.</summary>
    [JsonStringEnumMemberName("q8_0")]
    Q8,

    /// <summary>4 bits and a scale for every 32 weights: a quarter of f16's size, with a visible loss; embedding and head stay at 8 bits.</summary>
    [JsonStringEnumMemberName("q4_0")]
    Q4,

    /// <summary>
    /// 4 bits in blocks of 256 with a scale and an offset for every 32: hardly larger than <see cref="Q4"/> and closer to the weights. Embedding and head
    /// stay at 8 bits, rows that do not divide into such blocks get 5.
    /// </summary>
    [JsonStringEnumMemberName("q4_k")]
    Q4K,

    /// <summary>Single precision: for adapters, whose masters are.</summary>
    [JsonStringEnumMemberName("f32")]
    F32,
}
