namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>The gated feed-forward part: <c>down(silu(gate x) * up x)</c>.</summary>
/// <param name="IntermediateSize">Width inside. <c>F</c></param>
public sealed record FeedForwardDescription(int IntermediateSize);
