namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>What llama.cpp has otherwise in a tensor than the hub's files.</summary>
internal enum RowChange
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Rows of each head in the order 0, n/2, 1, n/2 + 1, ...: rope turns neighbours there, and halves in the hub's files.</summary>
    NeighboursForHalves,
}
