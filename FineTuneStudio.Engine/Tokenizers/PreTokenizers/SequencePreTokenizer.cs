using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.PreTokenizers;

/// <summary>Each cuts the pieces of the one before.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<PreTokenizer> items) : PreTokenizer
{
    /// <summary>The steps in order.</summary>
    public IReadOnlyList<PreTokenizer> Items { get; } = items;

    /// <inheritdoc/>
    public override void Apply(AlignedText piece, List<AlignedText> pieces)
    {
        List<AlignedText> current = [piece];
        foreach (var item in Items)
        {
            List<AlignedText> next = [];
            foreach (var part in current)
            {
                item.Apply(part, next);
            }

            current = next;
        }

        pieces.AddRange(current);
    }
}
