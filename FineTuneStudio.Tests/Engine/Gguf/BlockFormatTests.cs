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

    // What the format holds must come back: exactly, or as nearly as a search finds its scales again.
    [Theory]
    [InlineData("Q4_K", 3e-2)]
    [InlineData("MXFP4", 0)]
    public void Encode_NumbersOfTheFormat_ComeBack(string type, double tolerance)
    {
        var golden = SafetensorsFile.Open(SharedData.Golden("gguf", "cases.safetensors"));
        var format = BlockFormat.Of(Enum.Parse<GgufType>(type));
        using var dequantised = golden.Get($"dequantized.{type}");
        var numbers = dequantised.ToArray<float>();

        var again = RoundTrip(format, numbers);

        Assert.InRange(RelativeError(numbers, again), 0, tolerance);
    }

    [Fact]
    public void Encode_Q4K_IsCloserThanTheOtherFourBits()
    {
        using var values = SafetensorsFile.Open(SharedData.Golden("gguf", "cases.safetensors")).Get("values");
        var numbers = values.ToArray<float>();

        double ErrorOf(GgufType type) => RelativeError(numbers, RoundTrip(BlockFormat.Of(type), numbers));

        Assert.InRange(ErrorOf(GgufType.Q4_K), 0, 0.9 * Math.Min(ErrorOf(GgufType.Q4_0), ErrorOf(GgufType.Q4_1)));
    }

    private static float[] RoundTrip(BlockFormat format, float[] numbers)
    {
        var (bytes, again) = (new byte[format.BytesOf(numbers.Length)], new float[numbers.Length]);
        format.Encode(numbers, bytes);
        format.Decode(bytes, again);
        return again;
    }

    private static double RelativeError(float[] numbers, float[] again)
        => Math.Sqrt(numbers.Zip(again, (number, other) => Math.Pow(number - other, 2)).Sum() / numbers.Sum(number => Math.Pow(number, 2)));

    [Fact]
    public void Encode_Zeros_StaysZero()
    {
        foreach (var type in (GgufType[])[GgufType.Q8_0, GgufType.Q4_0, GgufType.Q4_1, GgufType.Q5_0, GgufType.Q5_1, GgufType.Q4_K, GgufType.MXFP4])
        {
            var format = BlockFormat.Of(type);
            var bytes = new byte[format.Bytes];
            var numbers = new float[format.Values];
            Array.Fill(numbers, 1);

            format.Encode(new float[format.Values], bytes);
            format.Decode(bytes, numbers);

            Assert.All(numbers, number => Assert.Equal(0, number));
        }
    }
}
