using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.Normalizers;

/// <summary>One after the other.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<Normalizer> items) : Normalizer
{
    /// <summary>The steps in order.</summary>
    public IReadOnlyList<Normalizer> Items { get; } = items;

    /// <inheritdoc/>
    public override AlignedText Apply(AlignedText text) => Items.Aggregate(text, (current, item) => item.Apply(current));
}
