using System.IO.MemoryMappedFiles;
using FineTuneStudio.Engine.Native;

namespace FineTuneStudio.Engine.Tensors;

/// <summary>A file in memory as the system maps it: pages come from disk when they are touched.</summary>
/// <remarks>
/// Private: writing into a tensor over it changes this process's copy, never the file. Every tensor over it holds this object through its
/// native release callback; when the last is gone, the view's own handle unmaps the file, so there is nothing to dispose.
/// </remarks>
internal sealed unsafe class MappedFile
{
    private readonly MemoryMappedViewAccessor _view;

    public MappedFile(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Length = stream.Length;
        using var file = MemoryMappedFile.CreateFromFile(stream, mapName: null, 0, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: false);
        _view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
        Start = (byte*)_view.SafeMemoryMappedViewHandle.DangerousGetHandle() + _view.PointerOffset;
    }

    /// <summary>First byte.</summary>
    public byte* Start { get; }

    /// <summary>Bytes when it was mapped.</summary>
    public long Length { get; }

    /// <summary>Lets go of the memory of a part that was copied; it comes from disk again where it is touched again.</summary>
    public void Forget(long position, long bytes) => HeapMemory.Forget(Start + position, bytes);

    /// <summary>Begins to bring a part from disk that will be used in place.</summary>
    public void Fetch(long position, long bytes) => HeapMemory.Fetch(Start + position, bytes);

    /// <summary>A tensor over a part of the file, in place where its bytes are aligned, else a copy. The caller (or its scope) releases it.</summary>
    /// <param name="position">First byte in the file; the part must lie inside it.</param>
    /// <param name="shape">Sizes, with at least one element.</param>
    /// <param name="dtype">Element type.</param>
    public Tensor TensorAt(long position, long[] shape, DType dtype)
    {
        var place = Start + position;
        var mapped = Tensor.FromMemory((nint)place, shape, dtype, this);
        if ((nint)place % dtype.Size() == 0)
        {
            return mapped;
        }

        // File formats do not promise alignment; vector code and libtorch expect it.
        using (mapped)
        {
            var copy = Tensor.Empty(shape, dtype);
            Buffer.MemoryCopy(place, (void*)copy.DataPointer, mapped.Bytes, mapped.Bytes);
            return copy;
        }
    }
}
