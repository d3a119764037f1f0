using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Quantisation;

/// <summary>Whole weights in few bits, against the libraries' bytes.</summary>
public sealed class WeightPackerTests
{
    [Fact]
    public void Pack_NormalFloat_GivesTheLibrarysBytes()
    {
        var file = SafetensorsFile.Open(SharedData.Golden("nf4", "fourbit.safetensors"));
        foreach (var (name, shape, nested) in Cases("fourbit.json", one => one.GetProperty("quant_type").GetString() == "nf4" && one.GetProperty("blocksize").GetInt32() == WeightPacker.BlockSize))
        {
            using var scope = TensorScope.Enter();

            using var packed = WeightPacker.Pack(file.Get($"{name}.input").Reshape(shape), nested ? Quantization.Nf4Double : Quantization.Nf4);

            Assert.Equal(file.Get($"{name}.packed").ToArray<byte>(), packed.Parts[0].ToArray<byte>());
            Assert.Equal(WeightPacker.BytesOf(shape[0], shape[1], nested ? Quantization.Nf4Double : Quantization.Nf4), packed.Bytes - (16 * 4) - (nested ? 256 * 4 : 0));
            if (!nested)
            {
                Assert.Equal(file.Get($"{name}.absmax").ToArray<float>(), packed.Parts[1].ToArray<float>());
                var type = file.Get($"{name}.dequantized").DType;
                Assert.Equal(file.Get($"{name}.dequantized").ToArray<float>(), PackedLinear.Numbers(packed, type).ToArray<float>());
                continue;
            }

            // The mean depends on the order of summing: two units in the last place; about the library's own, everything is exact.
            var offset = file.Get($"{name}.offset").ToArray<float>()[0];
            Assert.InRange(packed.Offset, offset - (2 * MathF.BitIncrement(offset) - (2 * offset)), offset + (2 * MathF.BitIncrement(offset) - (2 * offset)));
            var absolute = file.Get($"{name}.absmax");
            var (codes, outer) = (new byte[absolute.ElementCount], new float[file.Get($"{name}.nested_absmax").ElementCount]);
            using var plain = WeightPacker.Pack(file.Get($"{name}.input").Reshape(shape), Quantization.Nf4);
            ScaleCodec.Encode(plain.Parts[1].ToArray<float>(), offset, codes, outer);
            Assert.Equal(absolute.ToArray<byte>(), codes);
            Assert.Equal(file.Get($"{name}.nested_absmax").ToArray<float>(), outer);
        }
    }

    [Fact]
    public void Pack_EightBit_GivesTheLibrarysBytes()
    {
        var file = SafetensorsFile.Open(SharedData.Golden("nf4", "int8.safetensors"));
        foreach (var (name, shape, _) in Cases("int8.json", _ => true))
        {
            using var scope = TensorScope.Enter();

            using var packed = WeightPacker.Pack(file.Get($"{name}.input"), Quantization.Int8);

            Assert.Equal(file.Get($"{name}.quantized").ToArray<sbyte>(), packed.Parts[0].ToArray<sbyte>());
            Assert.Equal(file.Get($"{name}.scb").ToArray<float>(), packed.Parts[1].ToArray<float>());
            var (expected, numbers) = (file.Get($"{name}.dequantized").ToArray<float>(), PackedLinear.Numbers(packed, DType.Float32).ToArray<float>());
            Assert.All(expected.Zip(numbers), pair => Assert.InRange(pair.Second, pair.First - (1e-6f * Math.Abs(pair.First)), pair.First + (1e-6f * Math.Abs(pair.First))));
            Assert.Equal(shape[0] * shape[1], packed.ElementCount);
        }
    }

    private static List<(string Name, long[] Shape, bool Nested)> Cases(string file, Func<JsonElement, bool> which)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Golden("nf4", file)));
        List<(string, long[], bool)> cases =
        [
            .. document.RootElement.GetProperty("cases").EnumerateArray().Where(which).Select(one =>
            {
                long[] sizes = [.. one.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
                return (one.GetProperty("name").GetString()!, new[] { sizes.Length == 1 ? 1 : sizes[0], sizes.Skip(sizes.Length == 1 ? 0 : 1).Aggregate(1L, (product, size) => product * size) },
                    one.TryGetProperty("nested", out var nested) && nested.GetBoolean());
            }),
        ];
        Assert.True(cases.Count > 3, $"{cases.Count} cases");
        return cases;
    }
}
