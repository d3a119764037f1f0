namespace FineTuneStudio.Engine.Tokenizers.Decoders;

/// <summary>One after the other.</summary>
internal sealed class SequenceDecoder(IReadOnlyList<Decoder> items) : Decoder
{
    /// <summary>The steps in order.</summary>
    public IReadOnlyList<Decoder> Items { get; } = items;

    /// <inheritdoc/>
    public override List<string> Apply(List<string> pieces) => Items.Aggregate(pieces, (current, item) => item.Apply(current));
}
