using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Tensors.Safetensors;

public sealed class SafetensorsRoundTripTests
{
    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("lora/adapter_model.safetensors")]
    public void Write_PublishedFile_GivesItsOwnBytes(string name)
    {
        using var scope = TensorScope.Enter();
        var path = SharedData.Golden("models", "llama", name);
        var file = SafetensorsFile.Open(path);
        using var stream = new MemoryStream();

        SafetensorsWriter.Write(stream, file.Names.Reverse().Select(tensor => KeyValuePair.Create(tensor, file.Get(tensor))));

        Assert.Equal(File.ReadAllBytes(path), stream.ToArray());
    }

    [Fact]
    public void Get_EveryType_GivesWhatWasWritten()
    {
        using var scope = TensorScope.Enter();
        var path = Path.GetTempFileName();
        KeyValuePair<string, Tensor>[] tensors =
        [
            new("i64", Tensor.From([1L, -2L, 3L], 3, 1)),
            new("f32", Tensor.From([1.5f, -2.5f])),
            new("u8", Tensor.From<byte>([1, 2, 255])),
            new("bf16", Tensor.From([1f, 2f, 3f]).To(DType.BFloat16)),
            new("none", Tensor.Empty([0, 4], DType.Float32)),
            new("one", Tensor.From([7f]).Reshape()),
        ];
        using (var stream = File.Create(path))
        {
            SafetensorsWriter.Write(stream, tensors);
        }

        var file = SafetensorsFile.Open(path);

        Assert.All(tensors, pair =>
        {
            var read = file.Get(pair.Key);
            Assert.Equal(pair.Value.DType, read.DType);
            Assert.Equal(pair.Value.Shape, read.Shape);
            Assert.True(pair.Value.HasSameElements(read));
        });
        File.Delete(path);
    }

    [Fact]
    public void Get_WrittenInto_LeavesTheFileAsItWas()
    {
        using var copy = new ModelCopy("llama");
        var before = File.ReadAllBytes(copy.WeightsPath);
        using var scope = TensorScope.Enter();

        SafetensorsFile.Open(copy.WeightsPath).Get("model.norm.weight").ZeroInPlace();

        Assert.Equal(before, File.ReadAllBytes(copy.WeightsPath));
    }

    [Fact]
    public void Get_TensorBeyondTwoGigabytes_ReadsItsEnd()
    {
        // A sparse file: three gigabytes that take a page on disk. Its data is aligned, so it is read in place.
        const long Elements = 3L << 28;
        var path = Path.GetTempFileName();
        var header = $$"""{"a":{"dtype":"F32","shape":[{{Elements}}],"data_offsets":[0,{{Elements * 4}}]} }""".PadRight(72);
        using (var stream = File.Create(path))
        {
            stream.Write(BitConverter.GetBytes((long)header.Length));
            stream.Write(System.Text.Encoding.UTF8.GetBytes(header));
            stream.SetLength(8 + header.Length + (Elements * 4));
            stream.Position = stream.Length - 4;
            stream.Write(BitConverter.GetBytes(2.5f));
        }

        using var scope = TensorScope.Enter();
        var place = SafetensorsFile.Open(path).Get("a");
        File.Delete(path);

        Assert.Equal([0f, 2.5f], place.Narrow(0, Elements - 2, 2).ToArray<float>());
    }

    [Fact]
    public void Get_UnalignedData_GivesTheSameNumbers()
    {
        var path = Path.GetTempFileName();
        var header = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""".PadRight(57);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)header.Length), .. System.Text.Encoding.UTF8.GetBytes(header), .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]);

        using var tensor = SafetensorsFile.Open(path).Get("a");
        File.Delete(path);

        Assert.Equal([1.5f, -2f], tensor.ToArray<float>());
        Assert.Equal(0, tensor.DataPointer % sizeof(float));
    }

    [Fact]
    public void Get_QuantisedType_IsRefusedByName()
    {
        var file = SafetensorsFile.Open(SharedData.Golden("models", "deepseek_v3_fp8", "model.safetensors"));
        var name = file.Header.Entries.Values.First(entry => entry.Type.Name == "F8_E4M3").Name;

        var exception = Assert.Throws<UserErrorException>(() => file.Get(name));

        Assert.Contains("F8_E4M3", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../model.safetensors", "plain names")]
    [InlineData("/etc/passwd", "plain names")]
    [InlineData("..", "plain names")]
    [InlineData("", "plain names")]
    [InlineData("absent.safetensors", "not in the folder")]
    public void Open_IndexThatNamesAnotherPlace_IsRefused(string file, string expected)
    {
        using var copy = new ModelCopy("llama");
        File.Delete(copy.WeightsPath);
        File.WriteAllText(copy.At("model.safetensors.index.json"), $$"""{"weight_map": {"lm_head.weight": "{{file}}"} }""");

        var exception = Assert.Throws<UserErrorException>(() => SafetensorsFolder.Open(copy.Path));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PickledWeightsOnly_SaysWhyTheyAreNotRead()
    {
        using var copy = new ModelCopy("llama");
        File.Move(copy.WeightsPath, copy.At("pytorch_model.bin"));

        var exception = Assert.Throws<UserErrorException>(() => SafetensorsFolder.Open(copy.Path));

        Assert.Contains("pytorch_model.bin", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Shards_HoldEveryTensor()
    {
        using var copy = new ModelCopy("llama");
        var names = SafetensorsFile.Open(copy.WeightsPath).Names.Order().ToList();
        copy.Shard();

        var folder = SafetensorsFolder.Open(copy.Path);

        Assert.Equal(2, folder.Files.Count);
        Assert.Equal(names, folder.Names.Order());
    }
}
