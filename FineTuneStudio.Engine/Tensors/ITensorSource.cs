using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Tensors;

/// <summary>A model's tensors by hub name, wherever they lie: described at once, read when they are asked for.</summary>
internal interface ITensorSource
{
    /// <summary>What messages call it.</summary>
    string Path { get; }

    /// <summary>Every tensor's name.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Names of tensors of other parts of the model, which its text model has no place for: those that see images.</summary>
    IReadOnlyList<string> Beside => [];

    /// <summary>Size of the tensors of <see cref="Beside"/>.</summary>
    long BesideBytes => Beside.Sum(name => Find(name)!.Bytes);

    /// <summary>What the files themselves call a tensor of this name, also one that they do not have.</summary>
    string StoredName(string name) => name;

    /// <summary>Type and shape of a tensor, or <see langword="null"/> where there is none.</summary>
    SafetensorsEntry? Find(string name);

    /// <summary>A tensor. The caller (or its scope) releases it.</summary>
    Tensor Get(string name);

    /// <summary>
    /// A matrix, or a stack of them, in the few bits that the source itself has it in, outputs first; <see langword="null"/> where it has numbers. The caller releases it.
    /// </summary>
    PackedTensor? FindPacked(string name) => null;

    /// <summary>Memory that <see cref="FindPacked"/> takes; <see langword="null"/> where it gives nothing.</summary>
    long? PackedBytes(string name) => null;

    /// <summary>Whether a tensor is kept in few bits, and numbers are made of it for <see cref="Get"/>.</summary>
    bool IsQuantised(string name) => false;

    /// <summary>Lets go of the memory that reading a tensor took, once it is copied: a file's pages would else count beside the copy.</summary>
    void Forget(string name)
    {
    }

    /// <summary>Begins to bring a tensor from disk that is used in place, so that the first pass need not wait for one page after another.</summary>
    void Fetch(string name)
    {
    }
}
