using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf;
using FineTuneStudio.Engine.Gguf.Blocks;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_EveryKindOfValue_IsReadBackAlike()
    {
        var metadata = new GgufMetadata();
        object[] values =
        [
            (byte)200, (sbyte)-3, (ushort)60000, (short)-300, 4_000_000_000u, -70000, ulong.MaxValue, long.MinValue, 1.5f, Math.PI, true, "東京 \0",
            new[] { "a", "", "ü" }, new[] { 1f, -2f }, new[] { 1, -1 }, new[] { true, false }, new byte[] { 7 }, Array.Empty<uint>(),
        ];
        for (var index = 0; index < values.Length; index++)
        {
            metadata.Set($"key.{index}", values[index]);
        }

        var read = GgufFile.Open(Write(metadata)).Metadata;

        Assert.Equal(metadata.Keys, read.Keys);
        Assert.Equal(values, read.Keys.Select(key => read[key]));
    }

    [Fact]
    public void Write_TensorsOfSeveralTypes_AreReadBackWithTheirShapes()
    {
        var numbers = Enumerable.Range(0, 3 * 2 * 64).Select(index => (index - 100) / 8f).ToArray();
        using var tensor = Tensor.From<float>(numbers, 6, 64);
        GgufItem Item(string name, GgufType type, long[] shape) => new(name, type, shape, (first, count) => tensor.View(-1, shape[^1]).Narrow(0, first, count));

        var file = GgufFile.Open(Write(new GgufMetadata(), Item("a", GgufType.F32, [3, 2, 64]), Item("b", GgufType.F16, [384]), Item("c", GgufType.Q8_0, [6, 64])));

        Assert.Equal([3L, 2L, 64L], file.Entries["a"].Shape);
        Assert.Equal([384L], file.Entries["b"].Shape);
        using var a = file.Get("a");
        using var b = file.Get("b");
        using var c = file.Get("c");
        Assert.Equal(numbers, a.ToArray<float>());
        Assert.Equal(numbers, b.ToArray<float>());
        Assert.All(numbers.Zip(c.ToArray<float>()), pair => Assert.Equal(pair.First, pair.Second, 0.2f));
        Assert.All(file.Entries.Values, entry => Assert.Equal(0, entry.Begin % GgufWriter.Alignment));
    }

    [Fact]
    public void Write_NumberBeyondHalfPrecision_IsRefusedByName()
    {
        using var tensor = Tensor.From<float>([1e6f, 1], 1, 2);

        var exception = Assert.Throws<UserErrorException>(() => Write(new GgufMetadata(), new GgufItem("blk.0.attn_q.weight", GgufType.F16, [1, 2], (_, _) => tensor)));

        Assert.Contains("half precision", exception.Message, StringComparison.Ordinal);
        Assert.Equal("blk.0.attn_q.weight", exception.Errors[0].Field);
    }

    [Fact]
    public void Open_CutAnywhere_IsRefusedWithoutAnotherException()
    {
        var metadata = new GgufMetadata();
        metadata.Set("general.architecture", "llama");
        metadata.Set("list", new[] { "x", "y" });
        using var tensor = Tensor.From<float>([1, 2, 3, 4], 2, 2);
        var bytes = File.ReadAllBytes(Write(metadata, new GgufItem("t", GgufType.F32, [2, 2], (first, count) => tensor.Narrow(0, first, count))));
        var padding = GgufWriter.Alignment - (int)tensor.Bytes;

        for (var length = 0; length < bytes.Length - padding; length++)
        {
            var path = _folder.Write("cut.gguf", bytes[..length]);
            Assert.Throws<UserErrorException>(() => GgufFile.Open(path));
        }
    }

    [Fact]
    public void Open_ByteChangedAnywhere_OpensOrIsRefused()
    {
        var metadata = new GgufMetadata();
        metadata.Set("list", new[] { "x", "y" });
        metadata.Set("number", 5u);
        using var tensor = Tensor.From<float>([1, 2, 3, 4], 2, 2);
        var bytes = File.ReadAllBytes(Write(metadata, new GgufItem("t", GgufType.F32, [2, 2], (first, count) => tensor.Narrow(0, first, count))));

        for (var place = 0; place < bytes.Length; place++)
        {
            foreach (var value in (byte[])[0, 0x7F, 0xFF])
            {
                var changed = (byte[])bytes.Clone();
                changed[place] = value;
                var path = _folder.Write("changed.gguf", changed);
                if (Record.Exception(() => GgufFile.Open(path)) is { } exception)
                {
                    Assert.IsType<UserErrorException>(exception);
                }
            }
        }
    }

    private string Write(GgufMetadata metadata, params GgufItem[] items)
    {
        using var stream = new MemoryStream();
        GgufWriter.Write(stream, metadata, items, progress: null, TestContext.Current.CancellationToken);
        return _folder.Write("file.gguf", stream.ToArray());
    }
}
