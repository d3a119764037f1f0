namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>One decoder layer: attention, then feed-forward, each added to the residual stream.</summary>
/// <param name="Attention">How its tokens look at each other.</param>
/// <param name="FeedForward">What it does to each token alone.</param>
public sealed record LayerDescription(AttentionDescription Attention, FeedForwardDescription FeedForward)
{
    /// <summary>Where its norms stand.</summary>
    public NormPlacement Norms { get; init; } = NormPlacement.Before;

    /// <summary>Factor on what each part adds to the stream (Granite).</summary>
    public double ResidualScale { get; init; } = 1;
}
