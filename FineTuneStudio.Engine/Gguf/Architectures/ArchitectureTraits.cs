using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>What llama.cpp computes in an architecture, where architectures differ. A model that needs something else is refused.</summary>
internal sealed record ArchitectureTraits
{
    /// <summary>Where a layer's norms stand.</summary>
    public NormPlacement Norms { get; init; } = NormPlacement.Before;

    /// <summary>Whether norms multiply by <c>1 + weight</c> in the hub's files, and embeddings by the root of the stream's width (Gemma).</summary>
    public bool IsGemma { get; init; }

    /// <summary>What the gate goes through.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Whether q, k and v are one matrix, and gate and up another.</summary>
    public bool FusedProjections { get; init; }

    /// <summary>Whether a head is as wide as the stream over the number of heads, whatever the file says.</summary>
    public bool HeadsDivideStream { get; init; }

    /// <summary>Whether attention is latent.</summary>
    public bool IsLatent { get; init; }

    /// <summary>Whether heads have sinks.</summary>
    public bool Sinks { get; init; }

    /// <summary>Whether scores are bounded.</summary>
    public bool BoundsScores { get; init; }

    /// <summary>Whether logits are bounded.</summary>
    public bool BoundsLogits { get; init; }

    /// <summary>The number of layers at which scores are divided by the root of width over heads instead of the head's.</summary>
    public int? LayersOfWiderScale { get; init; }

    /// <summary>Whether some layers look through a window, in a fixed rhythm; elsewhere windows are left out of account.</summary>
    public bool HasWindows { get; init; }

    /// <summary>Whether layers with a window have a rope of their own, without scaling.</summary>
    public bool HasRopeOfWindows { get; init; }

    /// <summary>Every so many layers one is without rope.</summary>
    public int? LayersToOneWithoutRope { get; init; }

    /// <summary>Whether LongRoPE's factors have a place.</summary>
    public bool HasLongRope { get; init; }

    /// <summary>Whether embeddings, scores, each layer's additions and logits have factors (Granite).</summary>
    public bool HasFactors { get; init; }

    /// <summary>Whether there are experts.</summary>
    public bool HasExperts { get; init; }

    /// <summary>Whether the file says how experts are chosen and weighed, and the first layers may be dense (DeepSeek).</summary>
    public bool StatesRouting { get; init; }

    /// <summary>Whether the weights of a token's experts are divided by their sum, where the file does not say.</summary>
    public bool DividesExpertWeights { get; init; }

    /// <summary>Where the activation of experts cuts gate and up.</summary>
    public double? ClampLimit { get; init; }

    /// <summary>Whether the head is a tensor of its own, even where it is the embedding.</summary>
    public bool NeedsHead { get; init; }
}
