namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>What a weight is for, and so how it is drawn and whether few bits may hold it.</summary>
internal enum WeightRole
{
    /// <summary>A linear of a layer.</summary>
    Linear,

    /// <summary>A router that is a linear of its own, which bitsandbytes packs as any other.</summary>
    Router,

    /// <summary>A router that is a bare parameter.</summary>
    BareRouter,

    /// <summary>All experts of a layer in one tensor.</summary>
    Stack,

    /// <summary>Embedding or head.</summary>
    Vocabulary,

    /// <summary>A factor about 1.</summary>
    Factor,

    /// <summary>Something about 0.</summary>
    Offset,
}
