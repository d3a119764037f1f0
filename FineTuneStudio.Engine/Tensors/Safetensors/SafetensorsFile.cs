using System.IO.MemoryMappedFiles;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Tensors.Safetensors;

/// <summary>A safetensors file in memory as the system maps it: tensors are read in place, pages come from disk when they are touched.</summary>
/// <remarks>
/// The mapping is private: writing into a tensor changes this process's copy, never the file. It lives as long as a tensor of it does, so
/// there is nothing to dispose here.
/// </remarks>
public sealed class SafetensorsFile
{
    private readonly Lazy<Mapping> _mapping;

    private SafetensorsFile(SafetensorsHeader header)
    {
        Header = header;
        _mapping = new Lazy<Mapping>(() => new Mapping(header.Path));
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

    /// <summary>A tensor, in place where its bytes are aligned. The caller (or its scope) releases it.</summary>
    /// <exception cref="UserErrorException">There is none of this name, or its element type is none that can be computed with.</exception>
    public unsafe Tensor Get(string name)
    {
        if (!Header.Entries.TryGetValue(name, out var entry))
        {
            throw new UserErrorException(Header.Path, $"There is no tensor '{name}'.");
        }

        if (entry.Type.DType is not { } dtype)
        {
            throw new UserErrorException(Header.Path, $"Tensor '{name}' holds {entry.Type.Name}, which only quantised models use; these are not built yet.");
        }

        var shape = entry.Shape.ToArray();
        if (entry.Bytes == 0)
        {
            return Tensor.Empty(shape, dtype);
        }

        var mapping = _mapping.Value;
        var place = mapping.Start + Header.DataStart + entry.Begin;
        if (entry.End + Header.DataStart > mapping.Length)
        {
            throw new UserErrorException(Header.Path, "The file became shorter while it was read.");
        }

        var mapped = Tensor.FromMemory((nint)place, shape, dtype, mapping);
        if ((nint)place % dtype.Size() == 0)
        {
            return mapped;
        }

        // The format does not promise alignment; vector code and libtorch expect it.
        using (mapped)
        {
            var copy = Tensor.Empty(shape, dtype);
            Buffer.MemoryCopy(place, (void*)copy.DataPointer, entry.Bytes, entry.Bytes);
            return copy;
        }
    }

    // Every tensor holds this object through its native release callback; when the last is gone, the view's own handle unmaps the file.
    private sealed unsafe class Mapping
    {
        private readonly MemoryMappedViewAccessor _view;

        public Mapping(string path)
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            Length = stream.Length;
            using var file = MemoryMappedFile.CreateFromFile(stream, mapName: null, 0, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: false);
            _view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
            Start = (byte*)_view.SafeMemoryMappedViewHandle.DangerousGetHandle() + _view.PointerOffset;
        }

        public byte* Start { get; }

        public long Length { get; }
    }
}
