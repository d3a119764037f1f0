using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf.Blocks;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>A GGUF file: its metadata at once, tensors when they are asked for, blocks turned back into numbers.</summary>
internal sealed class GgufFile
{
    private const int NumbersOfTask = 1 << 16;
    private readonly Lazy<MappedFile> _mapping;

    private GgufFile(string path, GgufMetadata metadata, IReadOnlyDictionary<string, GgufEntry> entries)
    {
        Path = path;
        Metadata = metadata;
        Entries = entries;
        _mapping = new Lazy<MappedFile>(() => new MappedFile(path));
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The key-value part.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, GgufEntry> Entries { get; }

    /// <summary>Reads the header.</summary>
    /// <exception cref="UserErrorException">The file is absent, cut off, or says what cannot be.</exception>
    public static GgufFile Open(string path)
    {
        var (metadata, entries) = GgufHeaderReader.Read(path);
        return new GgufFile(path, metadata, entries);
    }

    /// <summary>A tensor: plain types in place, blocks as single precision. The caller (or its scope) releases it.</summary>
    /// <exception cref="UserErrorException">There is none of this name, or the file became shorter.</exception>
    public Tensor Get(string name)
    {
        var entry = EntryOf(name);
        return RowEncoder.DTypeOf(entry.Type) is { } dtype ? _mapping.Value.TensorAt(entry.Begin, entry.Shape, dtype) : Decode(_mapping.Value, entry, entry.Shape, 0);
    }

    /// <summary>One of the matrices that a tensor holds stacked, an expert's; as <see cref="Get(string)"/>, without decoding the others.</summary>
    /// <exception cref="UserErrorException">There is none of this name, or the file became shorter.</exception>
    public Tensor Get(string name, int part)
    {
        var entry = EntryOf(name);
        var shape = entry.Shape[1..];
        return RowEncoder.DTypeOf(entry.Type) is not null ? Get(name).Select(0, part) : Decode(_mapping.Value, entry, shape, part * (entry.Elements / entry.Shape[0]));
    }

    // Checked to lie inside of the file.
    private GgufEntry EntryOf(string name)
    {
        var entry = Entries.GetValueOrDefault(name) ?? throw new UserErrorException(Path, $"There is no tensor '{name}'.");
        if (entry.Begin + entry.Bytes > _mapping.Value.Length)
        {
            throw new UserErrorException(Path, "The file became shorter while it was read.");
        }

        return entry;
    }

    // The numbers from `begin` on; rows are whole blocks, and so is every part.
    private static unsafe Tensor Decode(MappedFile mapping, GgufEntry entry, long[] shape, long begin)
    {
        var format = BlockFormat.Of(entry.Type);
        var tensor = Tensor.Empty(shape, DType.Float32);
        var numbers = (float*)tensor.DataPointer;
        var count = tensor.ElementCount;
        Parallel.For(0, (int)((count + NumbersOfTask - 1) / NumbersOfTask), task =>
        {
            var first = (long)task * NumbersOfTask;
            var length = (int)Math.Min(NumbersOfTask, count - first);
            format.Decode(
                new ReadOnlySpan<byte>(mapping.Start + entry.Begin + format.BytesOf(begin + first), (int)format.BytesOf(length)), new Span<float>(numbers + first, length));
        });
        return tensor;
    }
}
