using System.Text.Json;
using FineTuneStudio.Engine.Quantisation;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Quantisation;

/// <summary>Codecs against the numbers of the libraries that define them, bit for bit.</summary>
public sealed class CodecTests
{
    [Fact]
    public void FourBit_EveryPlainCase_GivesTheLibrarysBytesAndNumbers()
    {
        var file = SafetensorsFile.Open(SharedData.Golden("nf4", "fourbit.safetensors"));
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedData.Golden("nf4", "fourbit.json")));
        var tested = 0;
        foreach (var one in cases.RootElement.GetProperty("cases").EnumerateArray().Where(one => one.GetProperty("quant_type").GetString() == "nf4"))
        {
            using var scope = TensorScope.Enter();
            var (name, blockSize) = (one.GetProperty("name").GetString()!, one.GetProperty("blocksize").GetInt32());
            var nested = one.GetProperty("nested").GetBoolean();
            var input = file.Get($"{name}.input");
            var numbers = input.ToArray<float>();
            var packed = new byte[(numbers.Length + 1) / 2];
            var scales = new float[(numbers.Length + blockSize - 1) / blockSize];

            FourBitCodec.Encode(numbers, FourBitCodec.NormalFloat, blockSize, packed, scales);

            Assert.Equal(file.Get($"{name}.packed").ToArray<byte>(), packed);
            if (!nested)
            {
                Assert.Equal(file.Get($"{name}.absmax").ToArray<float>(), scales);
            }

            var restored = nested ? file.Get($"{name}.absmax_restored").ToArray<float>() : scales;
            using var weight = PackedTensor.FourBit(
                [1, numbers.Length], Tensor.From<byte>(packed), Tensor.From<float>(restored), Tensor.From(FourBitCodec.NormalFloat), blockSize);

            Assert.Equal(file.Get($"{name}.dequantized").ToArray<float>(), PackedLinear.Numbers(weight, input.DType).ToArray<float>());
            tested++;
        }

        Assert.True(tested > 10, $"{tested} cases");
    }

    [Fact]
    public void FourBit_NestedScales_AreRestoredToTheBit()
    {
        var file = SafetensorsFile.Open(SharedData.Golden("nf4", "fourbit.safetensors"));
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedData.Golden("nf4", "fourbit.json")));
        foreach (var one in cases.RootElement.GetProperty("cases").EnumerateArray().Where(one => one.GetProperty("nested").GetBoolean()))
        {
            using var scope = TensorScope.Enter();
            var name = one.GetProperty("name").GetString()!;

            var quantised = file.Get($"{name}.absmax").Clone();

            // The last code stands for 1, so that each number, in a block of its own, is its scale.
            using var weight = PackedTensor.FourBit(
                [1, quantised.ElementCount], Tensor.Full([(quantised.ElementCount + 1) / 2], 0xFF, DType.UInt8), quantised, Tensor.From(FourBitCodec.NormalFloat), 1,
                file.Get($"{name}.nested_absmax").Clone(), file.Get("code.dynamic_signed").Clone(), 256, file.Get($"{name}.offset").ToArray<float>()[0]);

            Assert.Equal(file.Get($"{name}.absmax_restored").ToArray<float>(), PackedLinear.Numbers(weight, DType.Float32).ToArray<float>());
        }
    }

    [Fact]
    public void Float8_EveryCase_GivesTheReferencesNumbers()
    {
        var file = SafetensorsFile.Open(SharedData.Golden("nf4", "fp8.safetensors"));
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedData.Golden("nf4", "fp8.json")));
        var values = cases.RootElement.GetProperty("e4m3fn_values").EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Number ? value.GetSingle() : float.NaN);
        using (TensorScope.Enter())
        {
            using var every = PackedTensor.Float8([1, 256], Tensor.From<byte>([.. Enumerable.Range(0, 256).Select(bits => (byte)bits)]), Tensor.Full([1, 1], 1, DType.Float32), 256);
            Assert.Equal(values, PackedLinear.Numbers(every, DType.Float32).ToArray<float>());
            Assert.Equal(values, PackedLinear.Numbers(every, DType.Float16).ToArray<float>());
        }

        foreach (var one in cases.RootElement.GetProperty("cases").EnumerateArray())
        {
            using var scope = TensorScope.Enter();
            var name = one.GetProperty("name").GetString()!;
            var shape = one.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
            using var weight = PackedTensor.Float8(shape, file.GetBytes($"{name}.weight"), file.Get($"{name}.weight_scale_inv").Clone(), 128);

            Assert.Equal(file.Get($"{name}.dequantized_bf16").ToArray<float>(), PackedLinear.Numbers(weight, DType.BFloat16).ToArray<float>());
            if (file.Contains($"{name}.dequantized_fp32"))
            {
                Assert.Equal(file.Get($"{name}.dequantized_fp32").ToArray<float>(), PackedLinear.Numbers(weight, DType.Float32).ToArray<float>());
            }
        }
    }

    [Fact]
    public void Microscaling_Golden_GivesTheReferencesNumbers()
    {
        using var scope = TensorScope.Enter();
        var file = SafetensorsFile.Open(SharedData.Golden("nf4", "mxfp4.safetensors"));
        var (blocks, scales, expected) = (file.Get("blocks"), file.Get("scales"), file.Get("dequantized_fp32"));
        var (experts, outputs, inputs) = (blocks.Size(0), blocks.Size(1), blocks.Size(2) * MicroscalingFormat.GroupSize);

        using var stack = PackedTensor.Microscaled(
            [experts * outputs, inputs], blocks.Clone(), scales.Clone(), Tensor.From(MicroscalingFormat.Values), Tensor.From<float>(MicroscalingFormat.Powers), MicroscalingFormat.GroupSize);

        var numbers = PackedLinear.Numbers(stack, DType.Float32).View(experts, outputs, inputs).Transpose(1, 2).Contiguous();
        Assert.Equal(expected.ToArray<float>(), numbers.ToArray<float>());
    }
}
