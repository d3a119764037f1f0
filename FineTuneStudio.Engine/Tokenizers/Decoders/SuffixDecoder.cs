namespace FineTuneStudio.Engine.Tokenizers.Decoders;

/// <summary><c>BPEDecoder</c>: the suffix that ends a word becomes a space, and nothing at the very end.</summary>
internal sealed class SuffixDecoder(string suffix) : Decoder
{
    /// <inheritdoc/>
    public override List<string> Apply(List<string> pieces)
        => suffix.Length == 0
            ? pieces
            : [.. pieces.Select((piece, index) => piece.Replace(suffix, index == pieces.Count - 1 ? "" : " ", StringComparison.Ordinal))];
}
