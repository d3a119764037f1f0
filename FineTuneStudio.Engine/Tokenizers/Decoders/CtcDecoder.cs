namespace FineTuneStudio.Engine.Tokenizers.Decoders;

/// <summary><c>CTC</c>: repeats are one, padding is nothing, the delimiter is a space.</summary>
internal sealed class CtcDecoder(string padding, string delimiter, bool cleansUp) : Decoder
{
    /// <inheritdoc/>
    public override List<string> Apply(List<string> pieces)
    {
        var cleaner = new WordPieceDecoder(prefix: "", cleansUp: true);
        return [.. pieces
            .Where((piece, index) => index == 0 || piece != pieces[index - 1])
            .Select(piece => padding.Length == 0 ? piece : piece.Replace(padding, "", StringComparison.Ordinal))
            .Select(piece => cleansUp ? cleaner.Apply([piece])[0].Replace(delimiter, " ", StringComparison.Ordinal) : piece)
            .Where(piece => piece.Length > 0)];
    }
}
