namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>One decoder layer: <c>x += attention(norm(x)); x += feedForward(norm(x))</c>.</summary>
public sealed record LayerDescription(AttentionDescription Attention, FeedForwardDescription FeedForward);
