using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Tensors.Safetensors;

/// <summary>A safetensors file in memory as the system maps it: tensors are read in place, pages come from disk when they are touched.</summary>
/// <remarks>
/// See <see cref="MappedFile"/>: writing into a tensor never changes the file, and there is nothing to dispose.
/// </remarks>
public sealed class SafetensorsFile
{
    private readonly Lazy<MappedFile> _mapping;

    private SafetensorsFile(SafetensorsHeader header)
    {
        Header = header;
        _mapping = new Lazy<MappedFile>(() => new MappedFile(header.Path));
    }

    /// <summary>What is in the file.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>Names of the tensors.</summary>
    public IEnumerable<string> Names => Header.Entries.Keys;

    /// <summary>Reads the header; the data is mapped when the first tensor is asked for.</summary>
    /// <exception cref="UserErrorException">The file is absent or its header lies.</exception>
    public static SafetensorsFile Open(string path) => new(SafetensorsHeader.Read(path));

    /// <summary>Whether the file holds a tensor of this name.</summary>
    public bool Contains(string name) => Header.Entries.ContainsKey(name);

    /// <summary>A tensor's bytes, whatever its type, in place. The caller (or its scope) releases it. <c>[bytes]</c>, UInt8</summary>
    /// <exception cref="UserErrorException">There is none of this name, or it is empty.</exception>
    public Tensor GetBytes(string name)
    {
        if (!Header.Entries.TryGetValue(name, out var entry) || entry.Bytes == 0)
        {
            throw new UserErrorException(Header.Path, $"There is no tensor '{name}', or it is empty.");
        }

        return Mapped(entry, [entry.Bytes], DType.UInt8);
    }

    /// <summary>A tensor, in place where its bytes are aligned. The caller (or its scope) releases it.</summary>
    /// <exception cref="UserErrorException">There is none of this name, or its element type is none that can be computed with.</exception>
    public Tensor Get(string name)
    {
        if (!Header.Entries.TryGetValue(name, out var entry))
        {
            throw new UserErrorException(Header.Path, $"There is no tensor '{name}'.");
        }

        if (entry.Type.DType is not { } dtype)
        {
            throw new UserErrorException(Header.Path, $"Tensor '{name}' holds {entry.Type.Name}, of which scales alone make numbers, and there are none that fit it.");
        }

        var shape = entry.Shape.ToArray();
        if (entry.Bytes == 0)
        {
            return Tensor.Empty(shape, dtype);
        }

        return Mapped(entry, shape, dtype);
    }

    /// <summary>Lets go of the memory that reading a tensor took, once it is copied.</summary>
    internal void Forget(string name)
    {
        if (_mapping.IsValueCreated && Header.Entries.TryGetValue(name, out var entry))
        {
            _mapping.Value.Forget(Header.DataStart + entry.Begin, entry.Bytes);
        }
    }

    /// <summary>Begins to bring a tensor from disk that is used in place.</summary>
    internal void Fetch(string name)
    {
        if (_mapping.IsValueCreated && Header.Entries.TryGetValue(name, out var entry))
        {
            _mapping.Value.Fetch(Header.DataStart + entry.Begin, entry.Bytes);
        }
    }

    private Tensor Mapped(SafetensorsEntry entry, long[] shape, DType dtype)
    {
        var mapping = _mapping.Value;
        return entry.End + Header.DataStart <= mapping.Length
            ? mapping.TensorAt(Header.DataStart + entry.Begin, shape, dtype)
            : throw new UserErrorException(Header.Path, "The file became shorter while it was read.");
    }
}
