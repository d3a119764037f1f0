namespace FineTuneStudio.Engine.Tokenizers.Decoders;

/// <summary>Pieces with the prefix join the word before them, all others get a space.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleansUp) : Decoder
{
    private static readonly (string From, string To)[] CleanUps =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"),
        (" 've", "'ve"), (" 're", "'re"),
    ];

    /// <inheritdoc/>
    public override List<string> Apply(List<string> pieces) => [.. pieces.Select(Convert)];

    private string Convert(string piece, int index)
    {
        if (index > 0)
        {
            piece = piece.StartsWith(prefix, StringComparison.Ordinal) ? piece[prefix.Length..] : " " + piece;
        }

        return cleansUp ? CleanUps.Aggregate(piece, (current, rule) => current.Replace(rule.From, rule.To, StringComparison.Ordinal)) : piece;
    }
}
