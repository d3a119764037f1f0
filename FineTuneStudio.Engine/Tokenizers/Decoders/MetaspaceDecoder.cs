namespace FineTuneStudio.Engine.Tokenizers.Decoders;

/// <summary>Signs back to spaces; the first piece loses its signs where the way in put one in front.</summary>
internal sealed class MetaspaceDecoder(string sign, bool dropsFirst) : Decoder
{
    /// <inheritdoc/>
    public override List<string> Apply(List<string> pieces) => [.. pieces.Select((piece, index) => Convert(piece, index == 0))];

    /// <summary>The text of one piece.</summary>
    public string Convert(string piece, bool isFirst)
        => piece.Replace(sign, isFirst && dropsFirst ? "" : " ", StringComparison.Ordinal);
}
