using FineTuneStudio.Engine.Gguf.Blocks;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Gguf;

/// <summary>Block formats against the format's own library, byte for byte.</summary>
public sealed class BlockFormatTests
{
    [Theory]
    [InlineData("F16")]
    [InlineData("BF16")]
    [InlineData("Q8_0")]
    [InlineData("Q4_0")]
    [InlineData("Q4_1")]
    [InlineData("Q5_0")]
    [InlineData("Q5_1")]
    public void Encode_GoldenNumbers_GivesTheLibrarysBytes(string type)
    {
        var golden = SafetensorsFile.Open(SharedData.Golden("gguf", "cases.safetensors"));
        var format = BlockFormat.Of(Enum.Parse<GgufType>(type));
        using var values = golden.Get("values");
        using var expected = golden.Get($"quantized.{type}");
        var actual = new byte[expected.ElementCount];

        format.Encode(values.AsSpan<float>(), actual);

        Assert.Equal(expected.ToArray<byte>(), actual);
    }

    [Theory]
    [InlineData("F16", "quantized")]
    [InlineData("BF16", "quantized")]
    [InlineData("Q8_0", "quantized")]
    [InlineData("Q4_0", "quantized")]
    [InlineData("Q4_1", "quantized")]
    [InlineData("Q5_0", "quantized")]
    [InlineData("Q5_1", "quantized")]
    [InlineData("Q2_K", "bytes")]
    [InlineData("Q3_K", "bytes")]
    [InlineData("Q4_K", "bytes")]
    [InlineData("Q5_K", "bytes")]
    [InlineData("Q6_K", "bytes")]
    [InlineData("IQ4_NL", "bytes")]
    [InlineData("IQ4_XS", "bytes")]
    [InlineData("MXFP4", "bytes")]
    public void Decode_GoldenBytes_GivesTheLibrarysNumbers(string type, string source)
    {
        var golden = SafetensorsFile.Open(SharedData.Golden("gguf", "cases.safetensors"));
        var format = BlockFormat.Of(Enum.Parse<GgufType>(type));
        using var bytes = golden.Get($"{source}.{type}");
        using var expected = golden.Get($"dequantized.{type}");
        var actual = new float[expected.ElementCount];

        format.Decode(bytes.AsSpan<byte>(), actual);

        // Products of a scale are taken in another order in some K formats.
        Assert.All(expected.ToArray<float>().Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6f * Math.Max(Math.Abs(pair.First), 1e-6f)));
    }

    [Fact]
    public void Encode_Zeros_StaysZero()
    {
        foreach (var type in (GgufType[])[GgufType.Q8_0, GgufType.Q4_0, GgufType.Q4_1, GgufType.Q5_0, GgufType.Q5_1])
        {
            var format = BlockFormat.Of(type);
            var bytes = new byte[format.Bytes];
            var numbers = new float[32];
            Array.Fill(numbers, 1);

            format.Encode(new float[32], bytes);
            format.Decode(bytes, numbers);

            Assert.All(numbers, number => Assert.Equal(0, number));
        }
    }
}
